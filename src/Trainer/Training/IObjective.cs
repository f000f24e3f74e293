using Scanlock.Trainer.Networks;

namespace Scanlock.Trainer.Training;

/// <summary>What a training makes small.</summary>
internal interface IObjective
{
    /// <summary>What one batch costs: a single number that can be differentiated by the network's parameters.</summary>
    Tensor Loss(Architecture network, DeviceBatch batch);
}
