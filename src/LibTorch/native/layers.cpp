// The operations that layers and losses are made of.
#include "shim.h"

using namespace scanlock;

SCANLOCK Tensor* scanlock_conv2d(const Tensor* x, const Tensor* weight, const Tensor* bias, const int64_t* stride,
                                 const int64_t* padding, const int64_t* dilation, int64_t groups) {
    return make([&] {
        return at::conv2d(*x, *weight, optional(bias), sizes(stride, 2), sizes(padding, 2), sizes(dilation, 2), groups);
    });
}

SCANLOCK Tensor* scanlock_linear(const Tensor* x, const Tensor* weight, const Tensor* bias) {
    return make([&] { return at::linear(*x, *weight, optional(bias)); });
}

SCANLOCK Tensor* scanlock_batch_norm(const Tensor* x, const Tensor* weight, const Tensor* bias, const Tensor* mean,
                                     const Tensor* variance, int training, double momentum, double eps) {
    return make([&] {
        return at::batch_norm(*x, optional(weight), optional(bias), optional(mean), optional(variance), training != 0, momentum,
                              eps, true);
    });
}

SCANLOCK Tensor* scanlock_max_pool2d(const Tensor* x, const int64_t* kernel, const int64_t* stride, const int64_t* padding) {
    return make([&] { return at::max_pool2d(*x, sizes(kernel, 2), sizes(stride, 2), sizes(padding, 2)); });
}

SCANLOCK Tensor* scanlock_adaptive_avg_pool2d(const Tensor* x, const int64_t* output) {
    return make([&] { return at::adaptive_avg_pool2d(*x, sizes(output, 2)); });
}

SCANLOCK Tensor* scanlock_relu(const Tensor* x) {
    return make([&] { return at::relu(*x); });
}

SCANLOCK int scanlock_relu_(Tensor* x) {
    return run([&] { at::relu_(*x); });
}

SCANLOCK Tensor* scanlock_sigmoid(const Tensor* x) {
    return make([&] { return at::sigmoid(*x); });
}

SCANLOCK Tensor* scanlock_softmax(const Tensor* x, int64_t dim) {
    return make([&] { return at::softmax(*x, dim); });
}

SCANLOCK Tensor* scanlock_log_softmax(const Tensor* x, int64_t dim) {
    return make([&] { return at::log_softmax(*x, dim); });
}

SCANLOCK Tensor* scanlock_cross_entropy(const Tensor* x, const Tensor* target, const Tensor* weight, int64_t reduction,
                                        int64_t ignore_index, double label_smoothing) {
    return make([&] { return at::cross_entropy_loss(*x, *target, optional(weight), reduction, ignore_index, label_smoothing); });
}

SCANLOCK Tensor* scanlock_affine_grid(const Tensor* theta, const int64_t* shape, int dims, int align_corners) {
    return make([&] { return at::affine_grid_generator(*theta, sizes(shape, dims), align_corners != 0); });
}

SCANLOCK Tensor* scanlock_grid_sample(const Tensor* x, const Tensor* grid, int64_t mode, int64_t padding, int align_corners) {
    return make([&] { return at::grid_sampler(*x, *grid, mode, padding, align_corners != 0); });
}
