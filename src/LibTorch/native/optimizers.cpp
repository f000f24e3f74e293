// One step of an optimizer over all its parameters. A parameter that has no gradient is left alone.
#include "shim.h"
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <algorithm>
#include <cmath>

using namespace scanlock;

namespace {

constexpr int64_t grain = 1 << 15;

// Elements in the same order in memory, every one of them once: then one pass over that memory will do.
bool plain(const Tensor& p, std::initializer_list<const Tensor*> others) {
    if (!p.device().is_cpu() || p.scalar_type() != at::kFloat || !p.is_non_overlapping_and_dense()) return false;
    return std::all_of(others.begin(), others.end(), [&](const Tensor* t) {
        return t->device().is_cpu() && t->scalar_type() == at::kFloat && t->strides() == p.strides();
    });
}

struct Adam {
    double lr, beta1, beta2, eps, weight_decay;
    bool decoupled, amsgrad;

    // One pass over memory where the textbook's tensor expressions take nine: on a CPU this step is all memory traffic.
    template <bool Decoupled, bool Amsgrad>
    void pass(float* p, const float* g, float* m, float* v, float* top, int64_t count, double step) const {
        const float keep = static_cast<float>(1 - lr * weight_decay), decay = static_cast<float>(weight_decay);
        const float b1 = static_cast<float>(beta1), b2 = static_cast<float>(beta2), epsilon = static_cast<float>(eps);
        const float rate = static_cast<float>(lr / (1 - std::pow(beta1, step)));
        const float root = static_cast<float>(1 / std::sqrt(1 - std::pow(beta2, step)));
        at::parallel_for(0, count, grain, [=](int64_t begin, int64_t end) {
#pragma GCC ivdep
            for (int64_t i = begin; i < end; i++) {
                const float gi = Decoupled ? g[i] : g[i] + decay * p[i];
                const float mi = b1 * m[i] + (1 - b1) * gi;
                const float vi = b2 * v[i] + (1 - b2) * gi * gi;
                float largest = vi;
                if (Amsgrad) top[i] = largest = std::max(top[i], vi);
                m[i] = mi;
                v[i] = vi;
                p[i] = (Decoupled ? p[i] * keep : p[i]) - rate * mi / (std::sqrt(largest) * root + epsilon);
            }
        });
    }

    void fused(Tensor& p, const Tensor& g, Tensor& m, Tensor& v, Tensor* top, int64_t step) const {
        const auto go = [&](auto d, auto a) {
            pass<decltype(d)::value, decltype(a)::value>(
                p.data_ptr<float>(), g.data_ptr<float>(), m.data_ptr<float>(), v.data_ptr<float>(),
                top ? top->data_ptr<float>() : nullptr, p.numel(), static_cast<double>(step));
        };
        if (decoupled)
            amsgrad ? go(std::true_type(), std::true_type()) : go(std::true_type(), std::false_type());
        else
            amsgrad ? go(std::false_type(), std::true_type()) : go(std::false_type(), std::false_type());
    }

    // Many parameters to a kernel, as PyTorch's "foreach": on a GPU it is the launches that cost.
    void foreach(std::vector<Tensor>& p, std::vector<Tensor>& g, std::vector<Tensor>& m, std::vector<Tensor>& v,
                 std::vector<Tensor>& top, const std::vector<int64_t>& steps) const {
        if (p.empty()) return;
        std::vector<at::Scalar> rates, roots;
        for (const auto step : steps) {
            rates.emplace_back(-lr / (1 - std::pow(beta1, static_cast<double>(step))));
            roots.emplace_back(std::sqrt(1 - std::pow(beta2, static_cast<double>(step))));
        }
        if (weight_decay != 0) {
            if (decoupled)
                at::_foreach_mul_(p, at::Scalar(1 - lr * weight_decay));
            else
                g = at::_foreach_add(g, p, weight_decay);
        }
        at::_foreach_mul_(m, at::Scalar(beta1));
        at::_foreach_add_(m, g, 1 - beta1);
        at::_foreach_mul_(v, at::Scalar(beta2));
        at::_foreach_addcmul_(v, g, g, 1 - beta2);
        if (amsgrad)
            for (size_t i = 0; i < top.size(); i++) at::maximum_out(top[i], top[i], v[i]);
        auto denominator = at::_foreach_sqrt(amsgrad ? top : v);
        at::_foreach_div_(denominator, at::ArrayRef<at::Scalar>(roots));
        at::_foreach_add_(denominator, at::Scalar(eps));
        at::_foreach_addcdiv_(p, m, denominator, at::ArrayRef<at::Scalar>(rates));
    }
};

struct Sgd {
    double lr, momentum, weight_decay;
    bool nesterov;

    void fused(Tensor& p, const Tensor& g, Tensor* buffer) const {
        float* const pp = p.data_ptr<float>();
        const float* const gp = g.data_ptr<float>();
        float* const bp = buffer ? buffer->data_ptr<float>() : nullptr;
        const float rate = static_cast<float>(lr), keep = static_cast<float>(momentum), decay = static_cast<float>(weight_decay);
        const bool ahead = nesterov;
        at::parallel_for(0, p.numel(), grain, [=](int64_t begin, int64_t end) {
#pragma GCC ivdep
            for (int64_t i = begin; i < end; i++) {
                const float gi = gp[i] + decay * pp[i];
                float move = gi;
                if (bp) {
                    bp[i] = keep * bp[i] + gi;
                    move = ahead ? gi + keep * bp[i] : bp[i];
                }
                pp[i] -= rate * move;
            }
        });
    }

    void foreach(std::vector<Tensor>& p, std::vector<Tensor>& g, std::vector<Tensor>& buffers) const {
        if (p.empty()) return;
        if (weight_decay != 0) g = at::_foreach_add(g, p, weight_decay);
        if (momentum != 0) {
            at::_foreach_mul_(buffers, at::Scalar(momentum));
            at::_foreach_add_(buffers, g, 1);
            if (nesterov)
                g = at::_foreach_add(g, buffers, momentum);
            else
                g = buffers;
        }
        at::_foreach_add_(p, g, -lr);
    }
};

} // namespace

// Adam (Kingma and Ba, ICLR 2015), with decoupled weight decay AdamW (Loshchilov and Hutter, ICLR 2019), with `maxima` AMSGrad
// (Reddi et al., ICLR 2018); PyTorch's order of operations. `steps` are whole numbers in main memory, one for each parameter.
SCANLOCK int scanlock_adam_step(Tensor* const* parameters, Tensor* const* means, Tensor* const* variances, Tensor* const* maxima,
                                Tensor* const* steps, int count, double lr, double beta1, double beta2, double eps,
                                double weight_decay, int decoupled) {
    return run([&] {
        at::NoGradGuard no_grad;
        const Adam rule{lr, beta1, beta2, eps, weight_decay, decoupled != 0, maxima != nullptr};
        std::vector<Tensor> p, g, m, v, top;
        std::vector<int64_t> at_step;
        for (int i = 0; i < count; i++) {
            Tensor gradient = parameters[i]->grad();
            if (!gradient.defined()) continue;
            const int64_t step = ++*steps[i]->data_ptr<int64_t>();
            Tensor* const largest = maxima ? maxima[i] : nullptr;
            if (plain(*parameters[i], {&gradient, means[i], variances[i], largest ? largest : means[i]})) {
                rule.fused(*parameters[i], gradient, *means[i], *variances[i], largest, step);
                continue;
            }
            p.push_back(*parameters[i]);
            g.push_back(gradient);
            m.push_back(*means[i]);
            v.push_back(*variances[i]);
            if (largest) top.push_back(*largest);
            at_step.push_back(step);
        }
        rule.foreach(p, g, m, v, top, at_step);
    });
}

// Stochastic gradient descent, PyTorch's: buffer = momentum buffer + gradient, and Nesterov's look ahead (Sutskever et al., ICML 2013).
// `buffers` is null without momentum.
SCANLOCK int scanlock_sgd_step(Tensor* const* parameters, Tensor* const* buffers, int count, double lr, double momentum,
                               double weight_decay, int nesterov) {
    return run([&] {
        at::NoGradGuard no_grad;
        const Sgd rule{lr, momentum, weight_decay, nesterov != 0};
        std::vector<Tensor> p, g, b;
        for (int i = 0; i < count; i++) {
            Tensor gradient = parameters[i]->grad();
            if (!gradient.defined()) continue;
            Tensor* const buffer = buffers ? buffers[i] : nullptr;
            if (plain(*parameters[i], {&gradient, buffer ? buffer : parameters[i]})) {
                rule.fused(*parameters[i], gradient, buffer);
                continue;
            }
            p.push_back(*parameters[i]);
            g.push_back(gradient);
            if (buffer) b.push_back(*buffer);
        }
        rule.foreach(p, g, b);
    });
}

// Scales all gradients down together where the norm of all of them exceeds `max_norm`; `*total` is that norm before (Pascanu et al., ICML 2013).
SCANLOCK int scanlock_clip_grad_norm_(Tensor* const* parameters, int count, double max_norm, double norm_type, double* total) {
    return run([&] {
        at::NoGradGuard no_grad;
        std::vector<Tensor> gradients, norms;
        for (int i = 0; i < count; i++) {
            const Tensor gradient = parameters[i]->grad();
            if (!gradient.defined()) continue;
            gradients.push_back(gradient);
            norms.push_back(at::norm(gradient, norm_type));
        }
        *total = gradients.empty() ? 0 : at::norm(at::stack(norms), norm_type).item<double>();
        const double scale = max_norm / (*total + 1e-6);
        if (!gradients.empty() && !(scale >= 1)) at::_foreach_mul_(gradients, at::Scalar(scale));
    });
}
