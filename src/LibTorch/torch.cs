using System.Globalization;
using System.Runtime.InteropServices;

namespace Scanlock.LibTorch;

/// <summary>
/// libtorch under TorchSharp's names: what the trainer uses of it, with the same shapes and defaults.
/// Tensors hold native memory: open a <see cref="NewDisposeScope"/> around work that makes them.
/// </summary>
public static unsafe partial class torch
{
    public static readonly Device CPU = new(DeviceType.CPU);

    public static readonly Device CUDA = new(DeviceType.CUDA);

    /// <summary>Version of the libtorch the shim was compiled against, such as "1.13.1".</summary>
    public static string __version__ => Marshal.PtrToStringUTF8((nint)Native.scanlock_version()) ?? "";

    public static DisposeScope NewDisposeScope() => new();

    public static void set_num_threads(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        TorchException.ThrowIfFailed(Native.scanlock_set_num_threads(threads));
    }

    public static void use_deterministic_algorithms(bool deterministic) =>
        TorchException.ThrowIfFailed(Native.scanlock_set_deterministic(deterministic ? 1 : 0));

    public static bool is_grad_enabled() => Native.scanlock_grad_enabled() != 0;

    /// <summary>Until disposed, nothing on this thread is recorded for differentiation.</summary>
    public static IDisposable no_grad() => new GradMode(enabled: false);

    public static Device device(string name) => name switch
    {
        "cpu" => CPU,
        "cuda" => CUDA,
        _ when name.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var index) => new Device(DeviceType.CUDA, index),
        _ => throw new ArgumentException($"unknown device '{name}'", nameof(name)),
    };

    public static Tensor zeros(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null) => full(size, 0, dtype, device);

    public static Tensor ones(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null) => full(size, 1, dtype, device);

    public static Tensor full(ReadOnlySpan<long> size, double value, ScalarType? dtype = null, Device? device = null)
    {
        var on = device ?? CPU;
        fixed (long* shape = size)
        {
            return Tensor.Own(Native.scanlock_full(shape, size.Length, value, (int)(dtype ?? ScalarType.Float32), (int)on.type, on.index));
        }
    }

    /// <summary>Uninitialised memory.</summary>
    public static Tensor empty(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null)
    {
        var on = device ?? CPU;
        fixed (long* shape = size)
        {
            return Tensor.Own(Native.scanlock_empty(shape, size.Length, (int)(dtype ?? ScalarType.Float32), (int)on.type, on.index));
        }
    }

    public static Tensor zeros_like(Tensor input) => full_like(input, 0);

    public static Tensor ones_like(Tensor input) => full_like(input, 1);

    public static Tensor full_like(Tensor input, double value) => Tensor.Own(Native.scanlock_full_like(input.Handle, value));

    /// <summary>Uninitialised memory.</summary>
    public static Tensor empty_like(Tensor input) => Tensor.Own(Native.scanlock_empty_like(input.Handle));

    /// <summary>From <paramref name="start"/> up to, but without, <paramref name="stop"/>.</summary>
    public static Tensor arange(double start, double stop, double step = 1, ScalarType? dtype = null, Device? device = null)
    {
        var on = device ?? CPU;
        return Tensor.Own(Native.scanlock_arange(start, stop, step, (int)(dtype ?? ScalarType.Float32), (int)on.type, on.index));
    }

    /// <summary>A copy of <paramref name="data"/>, row by row, in the shape given.</summary>
    public static Tensor tensor(ReadOnlySpan<byte> data, ReadOnlySpan<long> dimensions) => FromData(data, dimensions, ScalarType.Byte);

    /// <summary>A copy of <paramref name="data"/>, row by row, in the shape given.</summary>
    public static Tensor tensor(ReadOnlySpan<short> data, ReadOnlySpan<long> dimensions) => FromData(data, dimensions, ScalarType.Int16);

    /// <summary>A copy of <paramref name="data"/>, row by row, in the shape given.</summary>
    public static Tensor tensor(ReadOnlySpan<double> data, ReadOnlySpan<long> dimensions) => FromData(data, dimensions, ScalarType.Float64);

    /// <summary>A copy of <paramref name="data"/>, row by row, in the shape given.</summary>
    public static Tensor tensor(ReadOnlySpan<float> data, ReadOnlySpan<long> dimensions) => FromData(data, dimensions, ScalarType.Float32);

    /// <summary>A copy of <paramref name="data"/>, row by row, in the shape given.</summary>
    public static Tensor tensor(ReadOnlySpan<long> data, ReadOnlySpan<long> dimensions) => FromData(data, dimensions, ScalarType.Int64);

    private static Tensor FromData<T>(ReadOnlySpan<T> data, ReadOnlySpan<long> dimensions, ScalarType dtype)
        where T : unmanaged
    {
        long count = 1;
        foreach (var size in dimensions)
        {
            count = checked(count * size);
        }

        if (count != data.Length)
        {
            throw new ArgumentException($"{data.Length} values do not fill a shape of {count}", nameof(data));
        }

        fixed (T* values = data)
        fixed (long* shape = dimensions)
        {
            return Tensor.Own(Native.scanlock_from_data(values, shape, dimensions.Length, (int)dtype));
        }
    }

    private sealed class GradMode : IDisposable
    {
        private readonly int before = Native.scanlock_grad_enabled();
        private readonly int thread = Environment.CurrentManagedThreadId;

        internal GradMode(bool enabled) => Native.scanlock_set_grad_enabled(enabled ? 1 : 0);

        public void Dispose()
        {
            if (thread != Environment.CurrentManagedThreadId)
            {
                throw new InvalidOperationException("The gradient mode is a thread's: it ends on the thread it began on, with no await between.");
            }

            Native.scanlock_set_grad_enabled(before);
        }
    }
}
