using System.Runtime.InteropServices;

namespace Scanlock.LibTorch;

/// <summary>Many elements become one: native/reductions.cpp.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_sum(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_mean(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_max(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_min(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_all(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_any(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_sum_dims(TensorHandle a, long* dims, int count, int keepdim);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_mean_dims(TensorHandle a, long* dims, int count, int keepdim);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_amax_dims(TensorHandle a, long* dims, int count, int keepdim);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_amin_dims(TensorHandle a, long* dims, int count, int keepdim);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_logsumexp_dims(TensorHandle a, long* dims, int count, int keepdim);

    [LibraryImport(Shim)]
    internal static partial int scanlock_max_dim(
        TensorHandle a, long dim, int keepdim, out TensorHandle values, out TensorHandle indices);

    [LibraryImport(Shim)]
    internal static partial int scanlock_min_dim(
        TensorHandle a, long dim, int keepdim, out TensorHandle values, out TensorHandle indices);

    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_std(TensorHandle a, int unbiased);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_std_dims(TensorHandle a, long* dims, int count, int unbiased, int keepdim);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_norm(TensorHandle a, double p);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_norm_dims(TensorHandle a, double p, long* dims, int count, int keepdim);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_cumsum(TensorHandle a, long dim);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_argmax(TensorHandle a, long dim, int keepdim);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_argmax_all(TensorHandle a);
}
