using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Training.Losses;

/// <summary>Makes the losses that a spec can name.</summary>
internal static class Loss
{
    /// <param name="weights">Null where the spec asks for none.</param>
    internal static ILoss For(TrialSpec spec, ClassWeights? weights)
    {
        var segments = TrialNetworks.Of(spec.Network).Task == TrialSpec.Segment;
        return (spec.Loss, segments) switch
        {
            ("cross_entropy", false) => new CrossEntropyLoss(weights, spec.LabelSmoothing),
            ("focal", false) => new FocalLoss(weights, spec.FocalGamma, spec.LabelSmoothing),
            ("cross_entropy", true) => new MaskCrossEntropyLoss(weights, 0, spec.LabelSmoothing),
            ("focal", true) => new MaskCrossEntropyLoss(weights, spec.FocalGamma, spec.LabelSmoothing),
            ("dice", true) => new DiceLoss(),
            ("boundary", true) => new BoundaryLoss(),
            _ => throw new InvalidOperationException($"no loss '{spec.Loss}'"),
        };
    }
}
