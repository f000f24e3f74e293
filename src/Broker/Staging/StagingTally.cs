namespace Scanlock.Broker.Staging;

/// <summary>Counts what was sent over all connections, tells whoever watches now and then, and remembers whether they said stop.</summary>
internal sealed class StagingTally(StagingCount start, StagingWatch watch, TimeProvider clock, TimeSpan every) : IDisposable
{
    private readonly SemaphoreSlim _telling = new(1, 1);
    private long _sent;
    private long _toldAt = clock.GetTimestamp();

    public StagingCount Count => start with { Sent = start.Sent + Volatile.Read(ref _sent) };

    public bool Stopped { get; private set; }

    /// <summary>Takes back bytes that did not count after all.</summary>
    public void Revoke(long bytes) => Interlocked.Add(ref _sent, -bytes);

    /// <summary>False when staging is to stop.</summary>
    public async Task<bool> AddAsync(long bytes, CancellationToken cancellationToken)
    {
        Interlocked.Add(ref _sent, bytes);
        if (clock.GetElapsedTime(Volatile.Read(ref _toldAt)) >= every && await _telling.WaitAsync(0, cancellationToken))
        {
            try
            {
                Volatile.Write(ref _toldAt, clock.GetTimestamp());
                Stopped |= !await watch(Count, cancellationToken);
            }
            finally
            {
                _telling.Release();
            }
        }

        return !Stopped;
    }

    public void Dispose() => _telling.Dispose();
}
