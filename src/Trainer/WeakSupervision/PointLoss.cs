using Scanlock.Trainer.Training.Losses;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.WeakSupervision;

/// <summary>
/// Binary cross-entropy, natural logarithm, at the pixels that have a point: their mean over the batch, or 0 where there are none. No
/// other pixel counts, so what the network says there is bound by consistency alone.
/// </summary>
internal sealed class PointLoss : ILoss
{
    /// <param name="target">As <see cref="PointMarks"/> leaves it.</param>
    public Tensor Of(Tensor logits, Tensor target)
    {
        var marked = target.ge(PointMarks.Outside).to(ScalarType.Float32);
        var lesion = target.ge(PointMarks.Lesion).to(ScalarType.Float32);
        var costs = functional.binary_cross_entropy_with_logits(logits, lesion, reduction: Reduction.None);
        return (costs * marked).sum() / marked.sum().clamp(min: 1);
    }
}
