using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Training.Losses;

/// <summary>
/// The focal loss (Lin et al., ICCV 2017) of two classes: cross-entropy times (1 - p)^<paramref name="gamma"/>, p being the chance given
/// to the class, so that what is answered well already counts little. With gamma 0 it is <see cref="CrossEntropyLoss"/>, weights and
/// smoothing included.
/// </summary>
internal sealed class FocalLoss(ClassWeights? weights, double gamma, double smoothing) : ILoss
{
    /// <summary>Below gamma 1 the factor's slope has no bound at 0.</summary>
    internal const double LeastDoubt = 1e-6;

    public Tensor Of(Tensor logits, Tensor target)
    {
        var log = logits.log_softmax(1);
        var costs = -(1 - log.exp()).clamp(min: LeastDoubt).pow(gamma) * log;
        var truth = functional.one_hot(target, 2).to(costs.dtype);
        var spread = (truth * (1 - smoothing)) + (smoothing / 2);
        if (weights is null)
        {
            return (spread * costs).sum() / target.numel();
        }

        var each = weights.On(logits.device);
        return (spread * costs * each).sum() / (truth * each).sum();
    }
}
