using Scanlock.Contracts.Intake;

namespace Scanlock.IntakeWorkers;

/// <summary>
/// The gateway's intake: sandboxed workers that look at objects side by side. A worker that dies costs the object it was at, and is
/// replaced; one that has seen many is replaced too, and one that has seen another dataset. Safe for use by many requests at once; more than
/// there are workers wait their turn.
/// </summary>
public sealed class IntakePool : IAsyncDisposable
{
    // Far fewer than a worker's processor time is enough for, so that no object pays for those before it.
    private const long SamplesPerWorker = 5000;

    // Who only looks whether a worker can be started: no dataset has such a name.
    private static readonly ObjectOrigin s_nobody = new("", "");

    private readonly IntakeOptions options;
    private readonly IIntakeLog? log;
    private readonly WorkerPlaces places;

    /// <param name="options">How many workers, and which.</param>
    /// <param name="log">Hears of the workers' lives, if anyone should.</param>
    public IntakePool(IntakeOptions options, IIntakeLog? log)
    {
        this.options = options;
        this.log = log;
        places = new(options.Workers, options.Share);
    }

    /// <summary>
    /// Streams one object through a worker and says what became of it. Bounded in memory by one decoded frame, in time by
    /// <see cref="IntakeProtocol.ObjectTime"/> of the worker's silence.
    /// </summary>
    /// <param name="origin">Where it comes from.</param>
    /// <param name="task">What is wanted of the object.</param>
    /// <param name="content">The object's bytes, of any length; read to the end unless the object is judged before.</param>
    /// <param name="receiver">Takes what is found.</param>
    /// <param name="cancellationToken">Abandons the object.</param>
    /// <exception cref="IntakeUnavailableException">No worker can be started; the message says why.</exception>
    public async Task<IntakeOutcome> ExamineAsync(
        ObjectOrigin origin, IntakeTask task, Stream content, IIntakeReceiver receiver, CancellationToken cancellationToken)
    {
        if (await places.TakeAsync(origin, options.Wait, cancellationToken) is not { } place)
        {
            return new IntakeOutcome.NotBegun();
        }

        IntakeWorker? worker = null;
        try
        {
            worker = await BegunAsync(place, task, cancellationToken);
            return await worker.ExamineAsync(task, content, receiver, cancellationToken);
        }
        finally
        {
            if (worker is { IsUsable: false })
            {
                await worker.DisposeAsync();
                log?.Stopped(worker.Id, task.Ordinal, worker.End);
                worker = null;
            }

            places.GiveBack(place, worker);
        }
    }

    /// <summary>Starts a worker. Throws <see cref="IntakeUnavailableException"/> where none can be started.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (await places.TakeAsync(s_nobody, Timeout.InfiniteTimeSpan, cancellationToken) is not { } place)
        {
            return;
        }

        IntakeWorker? worker = null;
        try
        {
            worker = await UsableAsync(place.Worker, s_nobody.Dataset, cancellationToken);
        }
        finally
        {
            places.GiveBack(place, worker);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in await places.CloseAsync())
        {
            await worker.DisposeAsync();
        }
    }

    private async Task<IntakeWorker> BegunAsync(WorkerPlaces.Place place, IntakeTask task, CancellationToken cancellationToken)
    {
        var dataset = place.Origin.Dataset;
        var worker = await UsableAsync(place.Worker, dataset, cancellationToken);
        if (await worker.TryBeginAsync(dataset, task))
        {
            return worker;
        }

        // It died while nobody looked, which is no fault of this object's.
        worker = await UsableAsync(worker, dataset, cancellationToken);
        if (await worker.TryBeginAsync(dataset, task))
        {
            return worker;
        }

        await worker.DisposeAsync();
        throw new IntakeUnavailableException($"The intake worker stops as soon as it is started ({worker.End}).");
    }

    private async Task<IntakeWorker> UsableAsync(IntakeWorker? worker, string dataset, CancellationToken cancellationToken)
    {
        if (worker is { IsUsable: true } && (worker.Dataset ?? dataset) == dataset
            && worker.Objects < options.ObjectsPerWorker && worker.Samples < SamplesPerWorker)
        {
            return worker;
        }

        if (worker is not null)
        {
            await worker.DisposeAsync();
        }

        var started = await IntakeWorker.StartAsync(options.Worker, cancellationToken);
        log?.Started(started.Id);
        return started;
    }
}

/// <summary>Hears of the workers' lives.</summary>
public interface IIntakeLog
{
    void Started(int worker);

    /// <summary>A worker ended at an object, or was ended.</summary>
    /// <param name="worker">Its process.</param>
    /// <param name="ordinal">The object's number in its upload.</param>
    /// <param name="how">How it ended, in words.</param>
    void Stopped(int worker, long ordinal, string how);
}
