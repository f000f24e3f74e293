using System.Threading.Channels;

namespace Scanlock.Gateway.Intake;

/// <summary>
/// The gateway's intake: sandboxed workers that look at objects side by side. A worker that dies costs the object it was at, and is
/// replaced; one that has seen many is replaced too. Safe for use by many requests at once; more than there are workers wait their turn.
/// </summary>
public sealed partial class IntakePool : IAsyncDisposable
{
    private readonly IntakeOptions options;
    private readonly ILogger<IntakePool> logger;

    // One entry a place: the worker that has it, or null where the next object to come starts one.
    private readonly Channel<IntakeWorker?> places;

    public IntakePool(IntakeOptions options, ILogger<IntakePool> logger)
    {
        this.options = options;
        this.logger = logger;
        places = Channel.CreateBounded<IntakeWorker?>(options.Workers);
        for (var place = 0; place < options.Workers; place++)
        {
            places.Writer.TryWrite(null);
        }
    }

    /// <summary>
    /// Streams one object to a worker and says what became of it. Bounded in memory by the decoded image, in time by
    /// <see cref="Contracts.Intake.IntakeProtocol.ObjectTime"/> from when the object is complete.
    /// </summary>
    /// <param name="ordinal">The object's number in its upload: the only name it has here.</param>
    /// <param name="content">The object's bytes, of any length; read to the end unless the object is refused before.</param>
    /// <param name="cancellationToken">Abandons the object.</param>
    /// <exception cref="IntakeUnavailableException">No worker can be started; the message says why.</exception>
    public async Task<IntakeOutcome> ExamineAsync(long ordinal, Stream content, CancellationToken cancellationToken)
    {
        var place = await places.Reader.ReadAsync(cancellationToken);
        IntakeWorker? worker = null;
        try
        {
            worker = await BegunAsync(place, ordinal, cancellationToken);
            return await worker.ExamineAsync(ordinal, content, cancellationToken);
        }
        finally
        {
            if (worker is { IsUsable: false })
            {
                await worker.DisposeAsync();
                LogStopped(worker.Id, ordinal, worker.End);
                worker = null;
            }

            places.Writer.TryWrite(worker);
        }
    }

    /// <summary>Starts a worker where there is none yet. Throws <see cref="IntakeUnavailableException"/> where none can be started.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var place = await places.Reader.ReadAsync(cancellationToken);
        IntakeWorker? worker = null;
        try
        {
            worker = await UsableAsync(place, cancellationToken);
        }
        finally
        {
            places.Writer.TryWrite(worker);
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (var place = 0; place < options.Workers; place++)
        {
            if (await places.Reader.ReadAsync() is { } worker)
            {
                await worker.DisposeAsync();
            }
        }
    }

    private async Task<IntakeWorker> BegunAsync(IntakeWorker? place, long ordinal, CancellationToken cancellationToken)
    {
        var worker = await UsableAsync(place, cancellationToken);
        if (await worker.TryBeginAsync(ordinal))
        {
            return worker;
        }

        // It died while nobody looked, which is no fault of this object's.
        worker = await UsableAsync(worker, cancellationToken);
        if (await worker.TryBeginAsync(ordinal))
        {
            return worker;
        }

        await worker.DisposeAsync();
        throw new IntakeUnavailableException($"The intake worker stops as soon as it is started ({worker.End}).");
    }

    private async Task<IntakeWorker> UsableAsync(IntakeWorker? worker, CancellationToken cancellationToken)
    {
        if (worker is { IsUsable: true } && worker.Objects < options.ObjectsPerWorker)
        {
            return worker;
        }

        if (worker is not null)
        {
            await worker.DisposeAsync();
        }

        var started = await IntakeWorker.StartAsync(options.Worker, cancellationToken);
        LogStarted(started.Id);
        return started;
    }

    [LoggerMessage(EventId = 2600, Level = LogLevel.Debug, Message = "Intake worker {Worker} started")]
    private partial void LogStarted(int worker);

    [LoggerMessage(EventId = 2601, Level = LogLevel.Warning, Message = "Intake worker {Worker} stopped at object {Ordinal} ({End}); the next object gets a new one")]
    private partial void LogStopped(int worker, long ordinal, string end);
}
