// The same elements in another shape, order or selection. Most of these are views: they share their source's memory.
#include "shim.h"

using namespace scanlock;

#define WITH_SIZES(name) \
    SCANLOCK Tensor* scanlock_##name(const Tensor* a, const int64_t* values, int count) { \
        return make([&] { return a->name(sizes(values, count)); }); \
    }

WITH_SIZES(reshape)
WITH_SIZES(view)
WITH_SIZES(permute)
WITH_SIZES(expand)
WITH_SIZES(flip)

SCANLOCK Tensor* scanlock_flatten(const Tensor* a, int64_t start, int64_t end) {
    return make([&] { return at::flatten(*a, start, end); });
}

SCANLOCK Tensor* scanlock_transpose(const Tensor* a, int64_t dim0, int64_t dim1) {
    return make([&] { return at::transpose(*a, dim0, dim1); });
}

SCANLOCK Tensor* scanlock_unsqueeze(const Tensor* a, int64_t dim) {
    return make([&] { return at::unsqueeze(*a, dim); });
}

SCANLOCK Tensor* scanlock_squeeze(const Tensor* a) {
    return make([&] { return at::squeeze(*a); });
}

SCANLOCK Tensor* scanlock_squeeze_dim(const Tensor* a, int64_t dim) {
    return make([&] { return at::squeeze(*a, dim); });
}

SCANLOCK Tensor* scanlock_rot90(const Tensor* a, int64_t k, const int64_t* dims) {
    return make([&] { return at::rot90(*a, k, sizes(dims, 2)); });
}

SCANLOCK Tensor* scanlock_roll(const Tensor* a, const int64_t* shifts, int shift_count, const int64_t* dims, int dim_count) {
    return make([&] { return at::roll(*a, sizes(shifts, shift_count), sizes(dims, dim_count)); });
}

SCANLOCK Tensor* scanlock_select(const Tensor* a, int64_t dim, int64_t index) {
    return make([&] { return at::select(*a, dim, index); });
}

SCANLOCK Tensor* scanlock_narrow(const Tensor* a, int64_t dim, int64_t start, int64_t length) {
    return make([&] { return at::narrow(*a, dim, start, length); });
}

SCANLOCK Tensor* scanlock_index_select(const Tensor* a, int64_t dim, const Tensor* index) {
    return make([&] { return at::index_select(*a, dim, *index); });
}

SCANLOCK Tensor* scanlock_gather(const Tensor* a, int64_t dim, const Tensor* index) {
    return make([&] { return at::gather(*a, dim, *index); });
}

SCANLOCK Tensor* scanlock_cat(Tensor* const* tensors, int count, int64_t dim) {
    return make([&] { return at::cat(list(tensors, count), dim); });
}

SCANLOCK Tensor* scanlock_stack(Tensor* const* tensors, int count, int64_t dim) {
    return make([&] { return at::stack(list(tensors, count), dim); });
}
