using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Training.Losses;

/// <summary>
/// Binary cross-entropy of each pixel, natural logarithm, times the focal factor (1 - p)^<paramref name="gamma"/> (Lin et al.,
/// ICCV 2017), which is 1 for gamma 0; the weighted mean over all pixels of the batch.
/// </summary>
/// <param name="smoothing">Share of the target that is spread over both answers.</param>
internal sealed class MaskCrossEntropyLoss(ClassWeights? weights, double gamma, double smoothing) : ILoss
{
    public Tensor Of(Tensor logits, Tensor target)
    {
        var costs = gamma == 0
            ? functional.binary_cross_entropy_with_logits(logits, Smoothed(target), reduction: Reduction.None)
            : Focal(logits, target);
        return weights is null ? costs.mean() : Mean(costs, weights.Of(target));
    }

    private static Tensor Mean(Tensor costs, Tensor weights) => (costs * weights).sum() / weights.sum();

    private Tensor Focal(Tensor logits, Tensor target)
    {
        var smoothed = Smoothed(target);
        return (smoothed * Focal(logits)) + ((1 - smoothed) * Focal(-logits));
    }

    /// <summary>What it costs where the mask is 1.</summary>
    private Tensor Focal(Tensor logits) => (1 - logits.sigmoid()).clamp(min: FocalLoss.LeastDoubt).pow(gamma) * functional.softplus(-logits);

    private Tensor Smoothed(Tensor target) => smoothing == 0 ? target : (target * (1 - smoothing)) + (smoothing / 2);
}
