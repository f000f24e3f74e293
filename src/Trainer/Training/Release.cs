using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Output;

namespace Scanlock.Trainer.Training;

/// <summary>The end of every trial.</summary>
internal static class Release
{
    /// <summary>Writes model and metrics, the metrics being those of this very model (P12).</summary>
    /// <param name="network">Rounded as it will be released.</param>
    /// <param name="evaluation">Of that network.</param>
    internal static async Task<Outcome> WriteAsync(
        Architecture network, TrialPlan plan, IEvaluation evaluation, TrialMetrics metrics, string folder, CancellationToken cancellationToken)
    {
        if (!evaluation.IsFinite)
        {
            return new Outcome.Failed(JobFailures.Diverged, "the network's answers are not finite");
        }

        var whole = evaluation.Into(metrics);
        await ModelWriter.WriteAsync(network, plan.Precision, folder, cancellationToken);
        await MetricsWriter.WriteAsync(whole, folder, cancellationToken);
        return new Outcome.Trained(whole);
    }
}
