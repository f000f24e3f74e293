using System.Runtime.InteropServices;

namespace Scanlock.LibTorch;

/// <summary>Element by element, comparisons, products of matrices: native/arithmetic.cpp.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_exp(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_log(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_log1p(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_sqrt(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_square(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_reciprocal(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_abs(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_neg(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_sign(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_floor(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_round(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_sin(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_cos(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_tanh(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_isfinite(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_isnan(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_logical_not(TensorHandle a);

    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_add(TensorHandle a, TensorHandle b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_sub(TensorHandle a, TensorHandle b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_mul(TensorHandle a, TensorHandle b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_div(TensorHandle a, TensorHandle b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_pow(TensorHandle a, TensorHandle b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_maximum(TensorHandle a, TensorHandle b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_minimum(TensorHandle a, TensorHandle b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_eq(TensorHandle a, TensorHandle b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_ne(TensorHandle a, TensorHandle b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_gt(TensorHandle a, TensorHandle b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_ge(TensorHandle a, TensorHandle b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_lt(TensorHandle a, TensorHandle b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_le(TensorHandle a, TensorHandle b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_logical_and(TensorHandle a, TensorHandle b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_logical_or(TensorHandle a, TensorHandle b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_matmul(TensorHandle a, TensorHandle b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_mm(TensorHandle a, TensorHandle b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_bmm(TensorHandle a, TensorHandle b);

    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_add_scalar(TensorHandle a, double b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_rsub_scalar(TensorHandle a, double b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_mul_scalar(TensorHandle a, double b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_div_scalar(TensorHandle a, double b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_pow_scalar(TensorHandle a, double b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_eq_scalar(TensorHandle a, double b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_ne_scalar(TensorHandle a, double b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_gt_scalar(TensorHandle a, double b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_ge_scalar(TensorHandle a, double b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_lt_scalar(TensorHandle a, double b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_le_scalar(TensorHandle a, double b);

    [LibraryImport(Shim)] internal static partial int scanlock_add_to(TensorHandle a, TensorHandle b, double alpha);
    [LibraryImport(Shim)] internal static partial int scanlock_add_to_scalar(TensorHandle a, double b);
    [LibraryImport(Shim)] internal static partial int scanlock_sub_to(TensorHandle a, TensorHandle b);
    [LibraryImport(Shim)] internal static partial int scanlock_mul_to(TensorHandle a, TensorHandle b);
    [LibraryImport(Shim)] internal static partial int scanlock_div_to(TensorHandle a, TensorHandle b);
    [LibraryImport(Shim)] internal static partial int scanlock_mul_to_scalar(TensorHandle a, double b);
    [LibraryImport(Shim)] internal static partial int scanlock_div_to_scalar(TensorHandle a, double b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_clamp(TensorHandle a, double min, double max);
    [LibraryImport(Shim)] internal static partial int scanlock_clamp_(TensorHandle a, double min, double max);
    [LibraryImport(Shim)] internal static partial int scanlock_lerp_(TensorHandle a, TensorHandle end, double weight);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_where(TensorHandle condition, TensorHandle a, TensorHandle b);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_masked_fill(TensorHandle a, TensorHandle mask, double value);
}
