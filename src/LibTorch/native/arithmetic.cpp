// Element by element, comparisons, and products of matrices.
#include "shim.h"
#include <cmath>

using namespace scanlock;

namespace {

// A whole factor keeps a tensor of whole numbers whole, as in PyTorch, where it would be written 2 and not 2.0.
at::Scalar number(const Tensor* t, double value) {
    return at::isIntegralType(t->scalar_type(), true) && std::trunc(value) == value ? at::Scalar(static_cast<int64_t>(value))
                                                                                     : at::Scalar(value);
}

} // namespace

#define UNARY(name) \
    SCANLOCK Tensor* scanlock_##name(const Tensor* a) { return make([&] { return at::name(*a); }); }
#define BINARY(name) \
    SCANLOCK Tensor* scanlock_##name(const Tensor* a, const Tensor* b) { return make([&] { return at::name(*a, *b); }); }
#define WITH_NUMBER(name) \
    SCANLOCK Tensor* scanlock_##name##_scalar(const Tensor* a, double b) { return make([&] { return at::name(*a, number(a, b)); }); }
// In place; a status comes back, the caller has the tensor.
#define IN_PLACE(name) \
    SCANLOCK int scanlock_##name##_to(Tensor* a, const Tensor* b) { return run([&] { a->name##_(*b); }); }
#define IN_PLACE_WITH_NUMBER(name) \
    SCANLOCK int scanlock_##name##_to_scalar(Tensor* a, double b) { return run([&] { a->name##_(number(a, b)); }); }

UNARY(exp)
UNARY(log)
UNARY(log1p)
UNARY(sqrt)
UNARY(square)
UNARY(reciprocal)
UNARY(abs)
UNARY(neg)
UNARY(sign)
UNARY(floor)
UNARY(round)
UNARY(sin)
UNARY(cos)
UNARY(tanh)
UNARY(isfinite)
UNARY(isnan)
UNARY(logical_not)

BINARY(add)
BINARY(sub)
BINARY(mul)
BINARY(div)
BINARY(pow)
BINARY(maximum)
BINARY(minimum)
BINARY(eq)
BINARY(ne)
BINARY(gt)
BINARY(ge)
BINARY(lt)
BINARY(le)
BINARY(logical_and)
BINARY(logical_or)
BINARY(matmul)
BINARY(mm)
BINARY(bmm)

WITH_NUMBER(add)
WITH_NUMBER(rsub)
WITH_NUMBER(mul)
WITH_NUMBER(div)
WITH_NUMBER(pow)
WITH_NUMBER(eq)
WITH_NUMBER(ne)
WITH_NUMBER(gt)
WITH_NUMBER(ge)
WITH_NUMBER(lt)
WITH_NUMBER(le)

IN_PLACE(sub)
IN_PLACE(mul)
IN_PLACE(div)
IN_PLACE_WITH_NUMBER(add)
IN_PLACE_WITH_NUMBER(mul)
IN_PLACE_WITH_NUMBER(div)

SCANLOCK int scanlock_add_to(Tensor* a, const Tensor* b, double alpha) {
    return run([&] { a->add_(*b, number(a, alpha)); });
}

// NaN stands for "no bound": a bound that is one would make every element NaN, which nobody asks for.
SCANLOCK Tensor* scanlock_clamp(const Tensor* a, double min, double max) {
    const auto bound = [&](double b) { return std::isnan(b) ? Optional<at::Scalar>() : Optional<at::Scalar>(number(a, b)); };
    return make([&] { return at::clamp(*a, bound(min), bound(max)); });
}

SCANLOCK int scanlock_clamp_(Tensor* a, double min, double max) {
    const auto bound = [&](double b) { return std::isnan(b) ? Optional<at::Scalar>() : Optional<at::Scalar>(number(a, b)); };
    return run([&] { a->clamp_(bound(min), bound(max)); });
}

SCANLOCK int scanlock_lerp_(Tensor* a, const Tensor* end, double weight) {
    return run([&] { a->lerp_(*end, weight); });
}

SCANLOCK Tensor* scanlock_where(const Tensor* condition, const Tensor* a, const Tensor* b) {
    return make([&] { return at::where(*condition, *a, *b); });
}

SCANLOCK Tensor* scanlock_masked_fill(const Tensor* a, const Tensor* mask, double value) {
    return make([&] { return at::masked_fill(*a, *mask, number(a, value)); });
}
