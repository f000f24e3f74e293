using Scanlock.Trainer.ActiveLearning;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Explanation;

namespace Scanlock.Trainer.Training;

/// <summary>
/// Scores a model and trains nothing: (1) hold the permit's minimum of patients, (2) load the weights that the spec names, (3) round them
/// as they will be released, (4) evaluate those on every labelled sample, (5) write metrics, and the model as it was evaluated: a result
/// always says which weights it is of.
/// </summary>
internal sealed class EvaluationTrial(TrialPlan plan, Dataset data)
{
    internal async Task<Outcome> RunAsync(CommandLine call, CancellationToken cancellationToken)
    {
        if (TrialReport.TooFewPatients(data.Samples, plan.Minima, "evaluated") is { } tooFew)
        {
            return tooFew;
        }

        var start = await Start.OfAsync(plan, call.Data, cancellationToken);
        if (start is not Result<Start>.Ok(var (compute, network)))
        {
            return ((Result<Start>.Refused)start).Failed;
        }

        using var owned = network;
        Rounding.Release(network, plan.Precision, steps: 0);
        var report = new TrialReport(plan, data).OfEvaluation(network) with
        {
            Explanation = new Explanations(plan, compute, data.Items).Of(network, data.Samples),
            Active = RegionScores.Of(plan, data, data.Samples, network, compute.Device),
        };
        return await Release.WriteAsync(
            network, plan, new Validation(plan, data.Items, data.Samples, compute).Of(network), report, call.Out, cancellationToken);
    }
}
