using Scanlock.Trainer.Data;
using Scanlock.Trainer.Evaluation;
using Scanlock.Trainer.Networks;

namespace Scanlock.Trainer.Training;

/// <summary>The samples that a network is evaluated on.</summary>
internal sealed class Validation(TrialPlan plan, PreparedItems items, IReadOnlyList<Sample> samples, Compute compute)
{
    private readonly Loader _samples = new(items, samples, plan.Spec, plan.Seed);

    internal IEvaluation Of(Architecture network) =>
        new ClassifierEvaluation(Evaluator.Score(network, _samples, plan.Spec, compute.Device), plan);
}
