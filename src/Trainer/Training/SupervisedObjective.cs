using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Training.Losses;

namespace Scanlock.Trainer.Training;

/// <summary>
/// The loss of the network's answers against the batch's masks, where it has them, or else its classes. The answers of an auxiliary head
/// count <see cref="AuxiliaryWeight"/> times as much besides.
/// </summary>
internal sealed class SupervisedObjective(ILoss loss) : IObjective
{
    /// <summary>As torchvision's training of inception_v3 weighs it; Szegedy et al. (CVPR 2015) had 0.3.</summary>
    internal const double AuxiliaryWeight = 0.4;

    public Tensor Loss(Architecture network, DeviceBatch batch)
    {
        var target = batch.Masks ?? batch.Classes;
        var (logits, auxiliary) = network.Answers(batch.Images);
        var cost = loss.Of(logits, target);
        return auxiliary is null ? cost : cost + (loss.Of(auxiliary, target) * AuxiliaryWeight);
    }
}
