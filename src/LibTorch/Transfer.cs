using System.Runtime.InteropServices;

namespace Scanlock.LibTorch;

/// <summary>
/// A stream of a device that only copies use, so that the next batch crosses the bus while the present one is computed: keep the
/// source in pinned memory, <see cref="Send"/> it, and <see cref="HandOver"/> what came back to the stream that computes.
/// </summary>
public sealed class Transfer : IDisposable
{
    private readonly StreamHandle stream;

    /// <exception cref="TorchException">The device has no streams: it is main memory, or this libtorch has no CUDA.</exception>
    public Transfer(torch.Device device) =>
        TorchException.ThrowIfFailed(Native.scanlock_stream_new((int)device.type, device.index, out stream));

    /// <summary>A copy on the device, queued: not to be used before it is handed over, nor the source changed before <see cref="Synchronize"/>.</summary>
    public torch.Tensor Send(torch.Tensor source) => torch.Tensor.Own(Native.scanlock_stream_copy(stream, source.Handle));

    /// <summary>Lets this thread's current stream use a copy: its work from now on waits until all copies queued so far are there.</summary>
    public void HandOver(torch.Tensor copy) => TorchException.ThrowIfFailed(Native.scanlock_stream_hand_over(stream, copy.Handle));

    /// <summary>Waits until all copies queued so far are there.</summary>
    public void Synchronize() => TorchException.ThrowIfFailed(Native.scanlock_stream_synchronize(stream));

    public void Dispose() => stream.Dispose();
}

internal sealed class StreamHandle : SafeHandle
{
    public StreamHandle()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Native.scanlock_stream_free(handle);
        return true;
    }
}
