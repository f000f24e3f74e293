namespace Scanlock.LibTorch;

/// <summary>The order of a tensor's elements in memory, numbered as libtorch numbers it.</summary>
public enum MemoryFormat
{
    Contiguous = 0,

    /// <summary>[N, C, H, W] with the channels of a pixel side by side: what tensor cores want.</summary>
    ChannelsLast = 2,

    /// <summary>Likewise [N, C, D, H, W].</summary>
    ChannelsLast3d = 3,
}

public static partial class torch
{
    /// <summary>
    /// Until disposed, on this thread, operations that gain from it compute in <paramref name="dtype"/> (convolutions, matrix
    /// products), those that need more stay in 32 bits; weights are cast as they are used and stay as they are.
    /// </summary>
    public static IDisposable autocast(DeviceType device_type, ScalarType dtype = ScalarType.BFloat16, bool enabled = true) =>
        new AutocastMode(device_type, dtype, enabled);

    public static class cuda
    {
        public static bool is_available() => device_count() > 0;

        public static int device_count() => Native.scanlock_cuda_device_count();

        /// <summary>Waits until the GPU is done with what it was given.</summary>
        public static void synchronize(Device? device = null)
        {
            var on = device ?? CUDA;
            TorchException.ThrowIfFailed(Native.scanlock_synchronize((int)on.type, on.index));
        }

        /// <summary>The state of a GPU's generator, as bytes in main memory.</summary>
        public static Tensor get_rng_state(Device? device = null) =>
            Tensor.Own(Native.scanlock_get_rng_state((int)DeviceType.CUDA, (device ?? CUDA).index));

        public static void set_rng_state(Tensor new_state, Device? device = null) =>
            TorchException.ThrowIfFailed(Native.scanlock_set_rng_state(new_state.Handle, (int)DeviceType.CUDA, (device ?? CUDA).index));
    }

    public partial class Tensor
    {
        /// <summary>In page-locked memory, from which a GPU copies by itself.</summary>
        /// <exception cref="TorchException">There is no GPU.</exception>
        public Tensor pin_memory() => Own(Native.scanlock_pin_memory(Handle));

        public bool is_pinned()
        {
            TorchException.ThrowIfFailed(Native.scanlock_is_pinned(Handle, out var pinned));
            return pinned != 0;
        }

        /// <summary>The same values in another order in memory; itself where they are in that order.</summary>
        public Tensor to(MemoryFormat memory_format) => Own(Native.scanlock_to_memory_format(Handle, (int)memory_format));

        public bool is_contiguous(MemoryFormat memory_format = MemoryFormat.Contiguous) =>
            Native.scanlock_is_contiguous_as(Handle, (int)memory_format) != 0;
    }

    private sealed class AutocastMode : IDisposable
    {
        private readonly int type;
        private readonly int thread = Environment.CurrentManagedThreadId;
        private readonly int before;
        private readonly int typeBefore;

        internal AutocastMode(DeviceType device, ScalarType dtype, bool enabled)
        {
            type = (int)device;
            Native.scanlock_get_autocast(type, out before, out typeBefore);
            TorchException.ThrowIfFailed(Native.scanlock_set_autocast(type, enabled ? 1 : 0, (int)dtype, entering: 1));
        }

        public void Dispose()
        {
            if (thread != Environment.CurrentManagedThreadId)
            {
                throw new InvalidOperationException("Autocast is a thread's: it ends on the thread it began on, with no await between.");
            }

            TorchException.ThrowIfFailed(Native.scanlock_set_autocast(type, before, typeBefore, entering: 0));
        }
    }
}
