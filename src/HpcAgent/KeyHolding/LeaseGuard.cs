namespace Scanlock.HpcAgent.KeyHolding;

/// <summary>
/// Ends this process, and with it the job and its memory, when the lease is not extended in time or run-step is gone. run-step counts
/// too and kills from outside; this holds also where run-step is stopped, starved or dead.
/// </summary>
internal sealed class LeaseGuard : IDisposable
{
    private const int LapsedExit = 3;
    private readonly HolderChannel _channel;
    private readonly Timer _timer;

    public LeaseGuard(HolderChannel channel, long milliseconds)
    {
        _channel = channel;
        _timer = new(_ => Environment.Exit(LapsedExit), null, milliseconds, Timeout.Infinite);
        _ = Task.Run(ListenAsync);
    }

    public void Dispose() => _timer.Dispose();

    private async Task ListenAsync()
    {
        while (await _channel.ReadAsync(CancellationToken.None) is ExtendLease order)
        {
            _timer.Change(order.LeaseMilliseconds, Timeout.Infinite);
        }

        Environment.Exit(LapsedExit);
    }
}
