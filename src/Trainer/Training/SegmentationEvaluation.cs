using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Evaluation;

namespace Scanlock.Trainer.Training;

/// <summary>What a network marked as lesions.</summary>
/// <param name="validationLoss">Plain binary cross-entropy over all pixels.</param>
internal sealed class SegmentationEvaluation(SegmentationScores scores, double validationLoss, TrialPlan plan) : IEvaluation
{
    public bool IsFinite => double.IsFinite(validationLoss);

    public EpochMetrics Epoch(int epoch, int step, double loss) =>
        new(epoch, step, loss, validationLoss, Accuracy: null, Auc: null, scores.Dice);

    public TrialMetrics Into(TrialMetrics metrics) => metrics with { Segmentation = scores.Metrics(plan.Spec.Bootstrap, plan.Seed) };
}
