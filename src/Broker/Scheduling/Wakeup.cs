namespace Scanlock.Broker.Scheduling;

/// <summary>Wakes every loop that waits: something changed that one of them may be waiting for.</summary>
internal sealed class Wakeup(TimeProvider clock)
{
    private TaskCompletionSource _bell = New();

    public void Ring() => Interlocked.Exchange(ref _bell, New()).SetResult();

    /// <summary>Taken before looking for work, so that a ring while looking is not missed.</summary>
    public Task Next => Volatile.Read(ref _bell).Task;

    /// <summary>Returns at the ring of <paramref name="next"/> or after the pause, whichever is first.</summary>
    public async Task WaitAsync(Task next, TimeSpan pause, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(next, Task.Delay(pause, clock, stop.Token));
        await stop.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
