// Element-wise arithmetic, reductions, and cutting and joining.
#include "shim.h"
#include <vector>

using namespace scanlock;

namespace {

// libtorch refuses a floating-point factor for a tensor of whole numbers, even one that is whole.
at::Scalar number(const Tensor* t, double value) {
    return at::isIntegralType(t->scalar_type(), false) ? at::Scalar(static_cast<int64_t>(value)) : at::Scalar(value);
}

} // namespace

#define BINARY(name) \
    SCANLOCK Tensor* scanlock_##name(const Tensor* a, const Tensor* b) { return make([&] { return at::name(*a, *b); }); }
#define UNARY(name) \
    SCANLOCK Tensor* scanlock_##name(const Tensor* a) { return make([&] { return at::name(*a); }); }

BINARY(add)
BINARY(sub)
BINARY(mul)
BINARY(div)
BINARY(matmul)
UNARY(exp)
UNARY(log)
UNARY(sqrt)
UNARY(sum)
UNARY(mean)
UNARY(isfinite)
UNARY(all)

SCANLOCK Tensor* scanlock_add_scalar(const Tensor* a, double b) {
    return make([&] { return at::add(*a, number(a, b)); });
}

SCANLOCK Tensor* scanlock_mul_scalar(const Tensor* a, double b) {
    return make([&] { return at::mul(*a, number(a, b)); });
}

// In place; the result is the same tensor under a new owner.
SCANLOCK Tensor* scanlock_add_(Tensor* a, const Tensor* b, double alpha) {
    return make([&] { return a->add_(*b, number(a, alpha)); });
}

SCANLOCK Tensor* scanlock_add_scalar_(Tensor* a, double b) {
    return make([&] { return a->add_(number(a, b)); });
}

SCANLOCK Tensor* scanlock_argmax(const Tensor* a, int64_t dim) {
    return make([&] { return at::argmax(*a, dim); });
}

SCANLOCK Tensor* scanlock_reshape(const Tensor* a, const int64_t* shape, int dims) {
    return make([&] { return at::reshape(*a, sizes(shape, dims)); });
}

SCANLOCK Tensor* scanlock_flatten(const Tensor* a, int64_t start, int64_t end) {
    return make([&] { return at::flatten(*a, start, end); });
}

SCANLOCK Tensor* scanlock_flip(const Tensor* a, const int64_t* axes, int count) {
    return make([&] { return at::flip(*a, sizes(axes, count)); });
}

SCANLOCK Tensor* scanlock_narrow(const Tensor* a, int64_t dim, int64_t start, int64_t length) {
    return make([&] { return at::narrow(*a, dim, start, length); });
}

SCANLOCK Tensor* scanlock_index_select(const Tensor* a, int64_t dim, const Tensor* index) {
    return make([&] { return at::index_select(*a, dim, *index); });
}

SCANLOCK Tensor* scanlock_cat(Tensor* const* tensors, int count, int64_t dim) {
    return make([&] {
        std::vector<Tensor> list;
        for (int i = 0; i < count; i++) list.push_back(*tensors[i]);
        return at::cat(list, dim);
    });
}
