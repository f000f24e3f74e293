namespace Scanlock.Intake.Tests;

/// <summary>Gives nothing until it is told that the bytes arrive.</summary>
internal sealed class Upload(byte[] bytes) : MemoryStream(bytes)
{
    private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A worker has begun with it.</summary>
    internal Task Asked => asked.Task;

    internal void Arrive() => arrived.TrySetResult();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        asked.TrySetResult();
        await arrived.Task.WaitAsync(cancellationToken);
        return await base.ReadAsync(buffer, cancellationToken);
    }

    /// <summary>A test that fails leaves nobody waiting for it.</summary>
    protected override void Dispose(bool disposing)
    {
        arrived.TrySetResult();
        base.Dispose(disposing);
    }
}
