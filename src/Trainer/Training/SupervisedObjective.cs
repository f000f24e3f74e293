using Scanlock.Trainer.Training.Losses;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Training;

/// <summary>The loss of the network's answers against the batch's masks, where it has them, or else its classes.</summary>
internal sealed class SupervisedObjective(ILoss loss) : IObjective
{
    public Tensor Loss(Module<Tensor, Tensor> network, DeviceBatch batch) =>
        loss.Of(network.call(batch.Images), batch.Masks ?? batch.Classes);
}
