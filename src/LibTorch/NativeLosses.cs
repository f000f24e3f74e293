using System.Runtime.InteropServices;

namespace Scanlock.LibTorch;

/// <summary>Losses and gradients: native/losses.cpp, native/autograd.cpp.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Shim)]
    internal static partial TensorHandle scanlock_binary_cross_entropy_with_logits(
        TensorHandle x, TensorHandle target, TensorHandle weight, TensorHandle posWeight, long reduction);

    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_mse_loss(TensorHandle x, TensorHandle target, long reduction);

    [LibraryImport(Shim)]
    internal static partial TensorHandle scanlock_nll_loss(
        TensorHandle x, TensorHandle target, TensorHandle weight, long reduction, long ignoreIndex);

    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_softplus(TensorHandle x, double beta, double threshold);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_one_hot(TensorHandle x, long classes);

    [LibraryImport(Shim)]
    internal static partial TensorHandle scanlock_interpolate(
        TensorHandle x, long* size, int count, double* scales, int linear, int alignCorners);

    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_avg_pool2d(TensorHandle x, long kernel, long stride, long padding);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_avg_pool3d(TensorHandle x, long kernel, long stride, long padding);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_max_pool3d(TensorHandle x, long kernel, long stride, long padding);

    [LibraryImport(Shim)]
    internal static partial int scanlock_autograd_grad(
        nint* outputs, int outputCount, nint* inputs, int inputCount, nint* weights, int retainGraph, int createGraph,
        int allowUnused, nint* gradients);

    [LibraryImport(Shim)] internal static partial int scanlock_backward_retaining(TensorHandle t, int retainGraph, int createGraph);
}
