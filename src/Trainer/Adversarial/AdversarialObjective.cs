using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Training;

namespace Scanlock.Trainer.Adversarial;

/// <summary>
/// (1 - share) times what a batch costs as it is, plus share times what it costs under attack (Goodfellow et al., ICLR 2015, with the
/// attack of Madry et al., ICLR 2018). Running statistics see both, since the network is to answer both.
/// </summary>
internal sealed class AdversarialObjective(IObjective plain, AdversarialTraining by) : IObjective
{
    private readonly ProjectedGradientDescent _attack = new(plain, by);

    public Tensor Loss(Architecture network, DeviceBatch batch)
    {
        var attacked = plain.Loss(network, _attack.Attacked(network, batch)) * by.Share;
        return by.Share == 1 ? attacked : attacked + (plain.Loss(network, batch) * (1 - by.Share));
    }
}
