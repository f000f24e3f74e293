using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Evaluation;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Preparing;

namespace Scanlock.Trainer.Training;

/// <summary>The samples that a network is evaluated on.</summary>
internal sealed class Validation(TrialPlan plan, PreparedItems items, IReadOnlyList<Sample> samples, Compute compute)
{
    private readonly bool _segments = TrialNetworks.Of(plan.Spec.Network).Task == TrialSpec.Segment;

    internal IEvaluation Of(Architecture network)
    {
        var loader = new Loader(items, samples, plan.Spec, plan.Seed, _segments ? BatchParts.Masks : BatchParts.None, threads: plan.Threads);
        if (!_segments)
        {
            return new ClassifierEvaluation(Evaluator.Score(network, loader, plan.Spec, compute.Device), plan);
        }

        var (scores, loss) = MaskEvaluator.Score(network, loader, plan.Spec, compute.Device);
        return new SegmentationEvaluation(scores, loss, plan);
    }
}
