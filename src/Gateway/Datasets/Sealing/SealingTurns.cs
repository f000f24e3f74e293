using System.Collections.Concurrent;

namespace Scanlock.Gateway.Datasets.Sealing;

/// <summary>One at a time per dataset: sealing a version, and whatever takes samples away that a version in the making may hold.</summary>
internal sealed class SealingTurns
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _datasets = new(StringComparer.Ordinal);

    /// <summary>Waits for the dataset's turn; it ends when the answer is disposed.</summary>
    public async Task<IDisposable> TakeAsync(string dataset, CancellationToken cancellationToken)
    {
        var turn = _datasets.GetOrAdd(dataset, _ => new(1));
        await turn.WaitAsync(cancellationToken);
        return new Turn(turn);
    }

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
