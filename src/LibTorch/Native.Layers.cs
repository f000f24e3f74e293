using System.Runtime.InteropServices;

namespace Scanlock.LibTorch;

/// <summary>The functions of native/convolutions.cpp.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Shim)]
    internal static partial TensorHandle scanlock_conv3d(
        TensorHandle x, TensorHandle weight, TensorHandle bias, long* stride, long* padding, long* dilation, long groups);

    [LibraryImport(Shim)]
    internal static partial TensorHandle scanlock_conv_transpose(
        TensorHandle x, TensorHandle weight, TensorHandle bias, long* stride, long* padding, int axes);

    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_adaptive_avg_pool3d(TensorHandle x, long* output);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_constant_pad(TensorHandle x, long* pad, int count, double value);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_dropout(TensorHandle x, double p, int training);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_silu(TensorHandle x);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_silu_(TensorHandle x);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_hardswish(TensorHandle x);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_hardswish_(TensorHandle x);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_hardsigmoid(TensorHandle x);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_hardsigmoid_(TensorHandle x);
}
