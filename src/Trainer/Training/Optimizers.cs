using Scanlock.Contracts.Trials;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Training;

/// <summary>Makes the optimizers that a spec can name.</summary>
internal static class Optimizers
{
    /// <summary>Over all parameters, at the spec's learning rate. The network must be where it will be trained.</summary>
    internal static optim.Optimizer For(TrialSpec spec, Module network)
    {
        var parameters = network.named_parameters();
        return spec.Optimizer switch
        {
            "sgd" => optim.SGD(parameters, spec.LearningRate, spec.Momentum, spec.WeightDecay),
            "adam" => optim.Adam(parameters, spec.LearningRate, weight_decay: spec.WeightDecay, amsgrad: spec.Amsgrad),
            "adamw" => optim.AdamW(parameters, spec.LearningRate, weight_decay: spec.WeightDecay, amsgrad: spec.Amsgrad),
            _ => throw new InvalidOperationException($"no optimizer '{spec.Optimizer}'"),
        };
    }
}
