using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Networks;

/// <summary>VGG (Simonyan and Zisserman, ICLR 2015), with torchvision's names, shapes and initialisation.</summary>
internal sealed class Vgg : Backbone
{
    private readonly Sequential _features;
    private readonly MaxPool2d _pool = MaxPool2d(2);
    private readonly AdaptiveAvgPool2d _average = AdaptiveAvgPool2d(7);
    private readonly Linear _first;
    private readonly Linear _second;
    private readonly Linear _last;

    /// <param name="dropout">After each of the two hidden layers.</param>
    /// <param name="hidden">Width of those: 4096.</param>
    private Vgg(string name, IReadOnlyList<int> convolutions, bool normalised, long channels, long classes, double dropout, long hidden)
        : base(name, dropout)
    {
        // The pooling that ends the last stage has no tensors, and Grad-CAM looks at the map before it: it is part of the head.
        _features = Sequential([.. Stages(convolutions, normalised, channels).SkipLast(1)]);
        _first = Linear(512 * 7 * 7, hidden);
        _second = Linear(hidden, hidden);
        _last = Linear(hidden, classes);
        register_module("features", _features);
        register_module("classifier", new Named(("0", _first), ("3", _second), ("6", _last)));
        Initial.Convolutions(this, init.FanInOut.FanOut);
        foreach (var layer in (Linear[])[_first, _second, _last])
        {
            Initial.Normal(layer.weight, 0.01);
        }

        Initial.ZeroBiases(this);
    }

    /// <summary>By torchvision's name; null where it names no VGG.</summary>
    internal static Vgg? Create(string name, long channels, long classes, double dropout, long hidden = 4096)
    {
        var normalised = name.EndsWith("_bn", StringComparison.Ordinal);
        int[]? convolutions = (normalised ? name[..^3] : name) switch
        {
            "vgg11" => [1, 1, 2, 2, 2],
            "vgg13" => [2, 2, 2, 2, 2],
            "vgg16" => [2, 2, 3, 3, 3],
            "vgg19" => [2, 2, 4, 4, 4],
            _ => null,
        };
        return convolutions is null ? null : new Vgg(name, convolutions, normalised, channels, classes, dropout, hidden);
    }

    internal override Tensor Features(Tensor input) => _features.call(input);

    internal override Tensor Head(Tensor features)
    {
        using var scope = NewDisposeScope();
        var x = _average.call(_pool.call(features)).flatten(1);
        x = Drop(Rectifier.Apply(_first.call(x)));
        x = Drop(Rectifier.Apply(_second.call(x)));
        return _last.call(x).MoveToOuterDisposeScope();
    }

    /// <summary>Five stages of 3 x 3 convolutions, each ended by a pooling that halves; numbered as torchvision does.</summary>
    /// <param name="convolutions">Convolutions in each stage.</param>
    internal static IEnumerable<(string, Module<Tensor, Tensor>)> Stages(IReadOnlyList<int> convolutions, bool normalised, long channels)
    {
        var (index, inputs) = (0, channels);
        for (var stage = 0; stage < convolutions.Count; stage++)
        {
            var width = Math.Min(64L << stage, 512);
            for (var i = 0; i < convolutions[stage]; i++, inputs = width)
            {
                yield return ($"{index++}", Conv2d(inputs, width, 3, padding: 1));
                if (normalised)
                {
                    yield return ($"{index++}", BatchNorm2d(width));
                }

                yield return ($"{index++}", Rectifier.Layer());
            }

            yield return ($"{index++}", MaxPool2d(2));
        }
    }

    /// <summary>Gives layers a common prefix in the names of tensors.</summary>
    private sealed class Named : Module
    {
        internal Named(params ReadOnlySpan<(string Name, Module Layer)> layers)
            : base(nameof(Named))
        {
            foreach (var (name, layer) in layers)
            {
                register_module(name, layer);
            }
        }
    }
}
