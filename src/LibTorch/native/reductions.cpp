// Many elements become one: over the whole tensor, or over some of its axes.
#include "shim.h"

using namespace scanlock;

#define WHOLE(name) \
    SCANLOCK Tensor* scanlock_##name(const Tensor* a) { return make([&] { return at::name(*a); }); }
#define OVER_AXES(name) \
    SCANLOCK Tensor* scanlock_##name##_dims(const Tensor* a, const int64_t* dims, int count, int keepdim) { \
        return make([&] { return at::name(*a, sizes(dims, count), keepdim != 0); }); \
    }
// Values, and where along the axis they were found.
#define WITH_INDICES(name) \
    SCANLOCK int scanlock_##name##_dim(const Tensor* a, int64_t dim, int keepdim, Tensor** values, Tensor** indices) { \
        *values = *indices = nullptr; \
        return run([&] { \
            const auto found = at::name(*a, dim, keepdim != 0); \
            *values = give(std::get<0>(found)); \
            *indices = give(std::get<1>(found)); \
        }); \
    }

WHOLE(sum)
WHOLE(mean)
WHOLE(max)
WHOLE(min)
WHOLE(all)
WHOLE(any)

OVER_AXES(sum)
OVER_AXES(mean)
OVER_AXES(amax)
OVER_AXES(amin)
OVER_AXES(logsumexp)

WITH_INDICES(max)
WITH_INDICES(min)

SCANLOCK Tensor* scanlock_std(const Tensor* a, int unbiased) {
    return make([&] { return at::std(*a, unbiased != 0); });
}

SCANLOCK Tensor* scanlock_std_dims(const Tensor* a, const int64_t* dims, int count, int unbiased, int keepdim) {
    return make([&] { return at::std(*a, sizes(dims, count), unbiased != 0, keepdim != 0); });
}

SCANLOCK Tensor* scanlock_norm(const Tensor* a, double p) {
    return make([&] { return at::norm(*a, p); });
}

SCANLOCK Tensor* scanlock_norm_dims(const Tensor* a, double p, const int64_t* dims, int count, int keepdim) {
    return make([&] { return at::norm(*a, Optional<at::Scalar>(p), sizes(dims, count), keepdim != 0); });
}

SCANLOCK Tensor* scanlock_cumsum(const Tensor* a, int64_t dim) {
    return make([&] { return at::cumsum(*a, dim); });
}

SCANLOCK Tensor* scanlock_argmax(const Tensor* a, int64_t dim, int keepdim) {
    return make([&] { return at::argmax(*a, dim, keepdim != 0); });
}

SCANLOCK Tensor* scanlock_argmax_all(const Tensor* a) {
    return make([&] { return at::argmax(*a); });
}
