namespace Scanlock.Trainer.Training.Losses;

/// <summary>
/// One minus the soft Dice coefficient 2 Σ p g / (Σ p² + Σ g²) (Milletari et al., 3DV 2016), taken over all pixels of the batch at once:
/// alone, a slice without lesion has no overlap to speak of. One is added above and below, which says 0 where both are empty.
/// </summary>
internal sealed class DiceLoss : ILoss
{
    public Tensor Of(Tensor logits, Tensor target)
    {
        var p = logits.sigmoid();
        return 1 - (((2 * (p * target).sum()) + 1) / (p.square().sum() + target.square().sum() + 1));
    }
}
