using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Training.Losses;

/// <summary>
/// Cross-entropy of two classes, natural logarithm, with the target's share <paramref name="smoothing"/> spread over both classes
/// (Szegedy et al., CVPR 2016). Weighed, it is the weighted mean.
/// </summary>
internal sealed class CrossEntropyLoss(ClassWeights? weights, double smoothing) : ILoss
{
    public Tensor Of(Tensor logits, Tensor target) =>
        functional.cross_entropy(logits, target, weights?.On(logits.device), label_smoothing: smoothing);
}
