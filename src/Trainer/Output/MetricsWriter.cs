using Scanlock.Contracts;
using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Output;

internal static class MetricsWriter
{
    internal static Task WriteAsync(TrialMetrics metrics, string folder, CancellationToken cancellationToken) =>
        AtomicFile.WriteAsync(
            Path.Combine(folder, TrainerJob.MetricsFile),
            async (stream, token) => await stream.WriteAsync(Wire.Write(metrics, ContractsJson.Strict.TrialMetrics), token),
            cancellationToken);
}
