// Losses beside cross-entropy, and the functions they and their targets are made with.
#include "shim.h"

using namespace scanlock;

SCANLOCK Tensor* scanlock_binary_cross_entropy_with_logits(const Tensor* x, const Tensor* target, const Tensor* weight,
                                                           const Tensor* pos_weight, int64_t reduction) {
    return make([&] {
        return at::binary_cross_entropy_with_logits(*x, *target, optional(weight), optional(pos_weight), reduction);
    });
}

SCANLOCK Tensor* scanlock_mse_loss(const Tensor* x, const Tensor* target, int64_t reduction) {
    return make([&] { return at::mse_loss(*x, *target, reduction); });
}

SCANLOCK Tensor* scanlock_nll_loss(const Tensor* x, const Tensor* target, const Tensor* weight, int64_t reduction,
                                   int64_t ignore_index) {
    return make([&] { return at::nll_loss_nd(*x, *target, optional(weight), reduction, ignore_index); });
}

SCANLOCK Tensor* scanlock_softplus(const Tensor* x, double beta, double threshold) {
    return make([&] { return at::softplus(*x, beta, threshold); });
}

SCANLOCK Tensor* scanlock_one_hot(const Tensor* x, int64_t classes) {
    return make([&] { return at::one_hot(*x, classes); });
}

// `scales` is null where only the size was asked for: positions then come from the sizes, otherwise from the factors.
SCANLOCK Tensor* scanlock_interpolate(const Tensor* x, const int64_t* size, int count, const double* scales, int linear,
                                      int align_corners) {
    return make([&]() -> Tensor {
        const auto output = sizes(size, count);
        const auto scale = [&](int axis) { return scales ? Optional<double>(scales[axis]) : Optional<double>(); };
        const bool align = align_corners != 0;
        if (count == 1)
            return linear ? at::upsample_linear1d(*x, output, align, scale(0)) : at::upsample_nearest1d(*x, output, scale(0));
        if (count == 2)
            return linear ? at::upsample_bilinear2d(*x, output, align, scale(0), scale(1))
                          : at::upsample_nearest2d(*x, output, scale(0), scale(1));
        return linear ? at::upsample_trilinear3d(*x, output, align, scale(0), scale(1), scale(2))
                      : at::upsample_nearest3d(*x, output, scale(0), scale(1), scale(2));
    });
}

// The same kernel, stride and padding along every axis.
#define POOL(name, axes) \
    SCANLOCK Tensor* scanlock_##name(const Tensor* x, int64_t kernel, int64_t stride, int64_t padding) { \
        return make([&] { \
            const std::vector<int64_t> k(axes, kernel), s(axes, stride), p(axes, padding); \
            return at::name(*x, k, s, p); \
        }); \
    }

POOL(avg_pool2d, 2)
POOL(avg_pool3d, 3)
POOL(max_pool3d, 3)
