using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Training.Losses;

/// <summary>
/// Binary cross-entropy in which pixels near a lesion's border count <see cref="BorderWeight"/> times, plus one minus the soft
/// intersection over union Σ p g / Σ (p + g - p g) of the batch. Cross-entropy with IoU as in BASNet (Qin et al., CVPR 2019), weights by
/// the distance to the border as in F3Net (Wei et al., AAAI 2020); here the border is the mask dilated less the mask eroded.
/// </summary>
internal sealed class BoundaryLoss : ILoss
{
    internal const double BorderWeight = 5;

    /// <summary>Pixels on either side of the border that belong to it.</summary>
    internal const int Reach = 2;

    public Tensor Of(Tensor logits, Tensor target)
    {
        var weights = (Border(target) * (BorderWeight - 1)) + 1;
        var costs = functional.binary_cross_entropy_with_logits(logits, target, reduction: Reduction.None);
        var p = logits.sigmoid();
        var both = (p * target).sum();
        var either = (p + target).sum() - both;
        return ((costs * weights).sum() / weights.sum()) + (1 - ((both + 1) / (either + 1)));
    }

    /// <summary>1 within <see cref="Reach"/> pixels of a change from 0 to 1, elsewhere 0. Beyond the image's edge nothing changes.</summary>
    internal static Tensor Border(Tensor mask) => Dilated(mask) + Dilated(-mask);

    private static Tensor Dilated(Tensor mask) => mask.dim() == 5
        ? functional.max_pool3d(mask, (2 * Reach) + 1, stride: 1, padding: Reach)
        : functional.max_pool2d(mask, (2 * Reach) + 1, stride: 1, padding: Reach);
}
