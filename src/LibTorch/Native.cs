using System.Runtime.InteropServices;

namespace Scanlock.LibTorch;

/// <summary>The shim's functions, one for one: see native/shim.h for the rules they share.</summary>
internal static unsafe partial class Native
{
    private const string Shim = NativeLibraryLocator.Name;

    // A static constructor runs before the first call, hence before the loader is asked for the shim.
    static Native() => NativeLibraryLocator.Install();

    [LibraryImport(Shim)] internal static partial int scanlock_error(out byte* message);
    [LibraryImport(Shim)] internal static partial long scanlock_live_tensors();
    [LibraryImport(Shim)] internal static partial byte* scanlock_version();
    [LibraryImport(Shim)] internal static partial int scanlock_manual_seed(long seed);
    [LibraryImport(Shim)] internal static partial int scanlock_set_num_threads(int threads);
    [LibraryImport(Shim)] internal static partial int scanlock_grad_enabled();
    [LibraryImport(Shim)] internal static partial void scanlock_set_grad_enabled(int enabled);
    [LibraryImport(Shim)] internal static partial int scanlock_set_deterministic(int deterministic);

    [LibraryImport(Shim)] internal static partial void scanlock_free(nint tensor);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_from_data(void* data, long* shape, int dims, int dtype);

    [LibraryImport(Shim)]
    internal static partial TensorHandle scanlock_full(long* shape, int dims, double value, int dtype, int deviceType, int deviceIndex);

    [LibraryImport(Shim)]
    internal static partial TensorHandle scanlock_empty(long* shape, int dims, int dtype, int deviceType, int deviceIndex);

    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_full_like(TensorHandle t, double value);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_empty_like(TensorHandle t);

    [LibraryImport(Shim)]
    internal static partial TensorHandle scanlock_arange(double start, double end, double step, int dtype, int deviceType, int deviceIndex);

    [LibraryImport(Shim)] internal static partial long scanlock_dim(TensorHandle t);
    [LibraryImport(Shim)] internal static partial long scanlock_numel(TensorHandle t);
    [LibraryImport(Shim)] internal static partial int scanlock_dtype(TensorHandle t);
    [LibraryImport(Shim)] internal static partial int scanlock_is_contiguous(TensorHandle t);
    [LibraryImport(Shim)] internal static partial int scanlock_requires_grad(TensorHandle t);
    [LibraryImport(Shim)] internal static partial void scanlock_shape(TensorHandle t, long* shape);
    [LibraryImport(Shim)] internal static partial void scanlock_device(TensorHandle t, out int type, out int index);
    [LibraryImport(Shim)] internal static partial void* scanlock_data(TensorHandle t);
    [LibraryImport(Shim)] internal static partial int scanlock_item(TensorHandle t, out double value);
    [LibraryImport(Shim)] internal static partial int scanlock_set_requires_grad(TensorHandle t, int requiresGrad);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_grad(TensorHandle t, out int present);
    [LibraryImport(Shim)] internal static partial int scanlock_zero_grad(TensorHandle t);
    [LibraryImport(Shim)] internal static partial int scanlock_backward(TensorHandle t);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_detach(TensorHandle t);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_clone(TensorHandle t);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_contiguous(TensorHandle t);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_to(TensorHandle t, int deviceType, int deviceIndex, int dtype, int nonBlocking);
    [LibraryImport(Shim)] internal static partial int scanlock_copy_(TensorHandle t, TensorHandle source, int nonBlocking);
    [LibraryImport(Shim)] internal static partial int scanlock_set_data(TensorHandle t, TensorHandle source);
    [LibraryImport(Shim)] internal static partial int scanlock_fill_(TensorHandle t, double value);

    [LibraryImport(Shim)]
    internal static partial TensorHandle scanlock_conv2d(
        TensorHandle x, TensorHandle weight, TensorHandle bias, long* stride, long* padding, long* dilation, long groups);

    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_linear(TensorHandle x, TensorHandle weight, TensorHandle bias);

    [LibraryImport(Shim)]
    internal static partial TensorHandle scanlock_batch_norm(
        TensorHandle x, TensorHandle weight, TensorHandle bias, TensorHandle mean, TensorHandle variance, int training,
        double momentum, double eps);

    [LibraryImport(Shim)]
    internal static partial TensorHandle scanlock_max_pool2d(TensorHandle x, long* kernel, long* stride, long* padding);

    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_adaptive_avg_pool2d(TensorHandle x, long* output);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_relu(TensorHandle x);
    [LibraryImport(Shim)] internal static partial int scanlock_relu_(TensorHandle x);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_sigmoid(TensorHandle x);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_softmax(TensorHandle x, long dim);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_log_softmax(TensorHandle x, long dim);

    [LibraryImport(Shim)]
    internal static partial TensorHandle scanlock_cross_entropy(
        TensorHandle x, TensorHandle target, TensorHandle weight, long reduction, long ignoreIndex, double labelSmoothing);

    [LibraryImport(Shim)]
    internal static partial TensorHandle scanlock_affine_grid(TensorHandle theta, long* shape, int dims, int alignCorners);

    [LibraryImport(Shim)]
    internal static partial TensorHandle scanlock_grid_sample(TensorHandle x, TensorHandle grid, long mode, long padding, int alignCorners);
}
