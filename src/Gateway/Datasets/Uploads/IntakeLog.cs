using Scanlock.IntakeWorkers;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>The workers' lives in the gateway's log.</summary>
internal sealed partial class IntakeLog(ILogger<IntakeLog> logger) : IIntakeLog
{
    public void Started(int worker) => LogStarted(worker);

    public void Stopped(int worker, long ordinal, string how) => LogStopped(worker, ordinal, how);

    [LoggerMessage(EventId = 2600, Level = LogLevel.Debug, Message = "Intake worker {Worker} started")]
    private partial void LogStarted(int worker);

    [LoggerMessage(EventId = 2601, Level = LogLevel.Warning, Message = "Intake worker {Worker} stopped at object {Ordinal} ({How}); the next object gets a new one")]
    private partial void LogStopped(int worker, long ordinal, string how);
}
