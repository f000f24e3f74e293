using Scanlock.IntakeWorkers;

namespace Scanlock.Gateway.Dicomweb;

/// <summary>
/// The objects whose senders are waited for while a worker is at them, because they are too long to be held first. They never have all the
/// workers, where there are several, so that what has come whole finds one, however slowly others send.
/// </summary>
internal sealed class LongObjects(IntakeOptions options) : IDisposable
{
    private readonly SemaphoreSlim _places = new(Math.Max(1, options.Workers - 1));

    /// <summary>Waits for a place; it is free again when the answer is disposed.</summary>
    public async Task<IDisposable> BeginAsync(CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        return new Place(_places);
    }

    public void Dispose() => _places.Dispose();

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}
