using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Networks;

/// <summary>Three normalised convolutions with poolings between them: small enough to train in a test, some six thousand parameters.</summary>
internal sealed class SimpleCnn : Backbone
{
    private readonly Sequential _features;
    private readonly Linear _fc;

    internal SimpleCnn(string name, long channels, long classes, double dropout)
        : base(name, dropout)
    {
        long[] widths = [channels, 8, 16, 32];
        List<(string, Module<Tensor, Tensor>)> features = [];
        for (var layer = 1; layer < widths.Length; layer++)
        {
            if (layer > 1)
            {
                features.Add(($"pool{layer - 1}", MaxPool2d(2)));
            }

            features.AddRange([
                ($"conv{layer}", Conv2d(widths[layer - 1], widths[layer], 3, padding: 1, bias: false)),
                ($"bn{layer}", BatchNorm2d(widths[layer])), ($"relu{layer}", Rectifier.Layer()),
            ]);
        }

        _features = Sequential(features);
        _fc = Linear(widths[^1], classes);
        foreach (var (layer, module) in features)
        {
            register_module(layer, module);
        }

        register_module("fc", _fc);
        Initial.Convolutions(this, init.FanInOut.FanOut);
    }

    internal override Tensor Features(Tensor input) => _features.call(input);

    internal override Tensor Head(Tensor features) => _fc.call(Drop(functional.adaptive_avg_pool2d(features, [1, 1]).flatten(1)));
}
