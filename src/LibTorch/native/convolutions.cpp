// Convolutions and pooling beyond the plain 2-D ones, and the element-wise functions that networks are made of.
#include "shim.h"

using namespace scanlock;

SCANLOCK Tensor* scanlock_conv3d(const Tensor* x, const Tensor* weight, const Tensor* bias, const int64_t* stride,
                                 const int64_t* padding, const int64_t* dilation, int64_t groups) {
    return make([&] {
        return at::conv3d(*x, *weight, optional(bias), sizes(stride, 3), sizes(padding, 3), sizes(dilation, 3), groups);
    });
}

// Over as many axes as stride and padding have numbers: two or three.
SCANLOCK Tensor* scanlock_conv_transpose(const Tensor* x, const Tensor* weight, const Tensor* bias, const int64_t* stride,
                                         const int64_t* padding, int axes) {
    return make([&] {
        return axes == 2 ? at::conv_transpose2d(*x, *weight, optional(bias), sizes(stride, 2), sizes(padding, 2))
                         : at::conv_transpose3d(*x, *weight, optional(bias), sizes(stride, 3), sizes(padding, 3));
    });
}

SCANLOCK Tensor* scanlock_adaptive_avg_pool3d(const Tensor* x, const int64_t* output) {
    return make([&] { return at::adaptive_avg_pool3d(*x, sizes(output, 3)); });
}

SCANLOCK Tensor* scanlock_constant_pad(const Tensor* x, const int64_t* pad, int count, double value) {
    return make([&] { return at::constant_pad_nd(*x, sizes(pad, count), value); });
}

SCANLOCK Tensor* scanlock_dropout(const Tensor* x, double p, int training) {
    return make([&] { return at::dropout(*x, p, training != 0); });
}

#define ACTIVATION(name) \
    SCANLOCK Tensor* scanlock_##name(const Tensor* x) { return make([&] { return at::name(*x); }); } \
    SCANLOCK Tensor* scanlock_##name##_(Tensor* x) { return make([&] { return at::name##_(*x); }); }

ACTIVATION(silu)
ACTIVATION(hardswish)
ACTIVATION(hardsigmoid)
