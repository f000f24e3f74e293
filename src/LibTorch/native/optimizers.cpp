#include "shim.h"
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <cmath>

using namespace scanlock;

namespace {

struct AdamW {
    double lr, beta1, beta2, eps, weight_decay, correction1, correction2;

    // One pass over memory where the textbook's tensor expressions take nine: on a CPU this step is all memory traffic.
    void fused(float* p, const float* g, float* m, float* v, int64_t count) const {
        const float keep = static_cast<float>(1 - lr * weight_decay), b1 = static_cast<float>(beta1), b2 = static_cast<float>(beta2);
        const float step = static_cast<float>(lr / correction1), root = static_cast<float>(1 / std::sqrt(correction2));
        const float epsilon = static_cast<float>(eps);
        at::parallel_for(0, count, 1 << 15, [=](int64_t begin, int64_t end) {
#pragma GCC ivdep
            for (int64_t i = begin; i < end; i++) {
                const float mi = b1 * m[i] + (1 - b1) * g[i];
                const float vi = b2 * v[i] + (1 - b2) * g[i] * g[i];
                m[i] = mi;
                v[i] = vi;
                p[i] = p[i] * keep - step * mi / (std::sqrt(vi) * root + epsilon);
            }
        });
    }

    void general(Tensor& p, const Tensor& g, Tensor& m, Tensor& v) const {
        p.mul_(1 - lr * weight_decay);
        m.mul_(beta1).add_(g, 1 - beta1);
        v.mul_(beta2).addcmul_(g, g, 1 - beta2);
        p.addcdiv_(m, v.sqrt().div_(std::sqrt(correction2)).add_(eps), -lr / correction1);
    }
};

bool plain(const Tensor& t) { return t.device().is_cpu() && t.scalar_type() == at::kFloat && t.is_contiguous(); }

} // namespace

// Decoupled weight decay as Loshchilov and Hutter wrote it (ICLR 2019), with PyTorch's order of operations.
// A parameter that has no gradient is left alone. `step` counts from 1.
SCANLOCK int scanlock_adamw_step(Tensor* const* parameters, Tensor* const* means, Tensor* const* variances, int count, int64_t step,
                                 double lr, double beta1, double beta2, double eps, double weight_decay) {
    return run([&] {
        at::NoGradGuard no_grad;
        const auto t = static_cast<double>(step);
        const AdamW rule{lr, beta1, beta2, eps, weight_decay, 1 - std::pow(beta1, t), 1 - std::pow(beta2, t)};
        for (int i = 0; i < count; i++) {
            Tensor &p = *parameters[i], &m = *means[i], &v = *variances[i];
            const Tensor g = p.grad();
            if (!g.defined()) continue;
            if (plain(p) && plain(g) && plain(m) && plain(v))
                rule.fused(p.data_ptr<float>(), g.data_ptr<float>(), m.data_ptr<float>(), v.data_ptr<float>(), p.numel());
            else
                rule.general(p, g, m, v);
        }
    });
}
