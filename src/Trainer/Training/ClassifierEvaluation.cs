using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Evaluation;

namespace Scanlock.Trainer.Training;

/// <summary>A classifier's answers: per sample, and where samples are slices per scan.</summary>
internal sealed class ClassifierEvaluation(Scores scores, TrialPlan plan) : IEvaluation
{
    public bool IsFinite => scores.AreFinite;

    public EpochMetrics Epoch(int epoch, int step, double loss)
    {
        var seen = scores.Metrics();
        return new EpochMetrics(epoch, step, loss, seen.Loss, seen.Accuracy, seen.Auc, Dice: null);
    }

    public TrialMetrics Into(TrialMetrics metrics) => metrics with
    {
        Final = scores.Metrics(plan.Spec.Bootstrap, plan.Seed),
        Scans = TrialNetworks.Of(plan.Spec.Network).Dimensions == 2 ? scores.Scans(plan.Spec.Bootstrap, plan.Seed) : null,
    };
}
