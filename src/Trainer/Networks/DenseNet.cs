using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Networks;

/// <summary>Densely connected networks (Huang et al., CVPR 2017), with torchvision's names, shapes and initialisation.</summary>
internal sealed class DenseNet : Backbone
{
    private readonly Sequential _features;
    private readonly AdaptiveAvgPool2d _average = AdaptiveAvgPool2d(1);
    private readonly Linear _classifier;

    /// <param name="growth">Channels that each layer adds.</param>
    /// <param name="layers">Layers in each of the four blocks.</param>
    internal DenseNet(string name, long growth, IReadOnlyList<int> layers, long channels, long classes, double dropout)
        : base(name, dropout)
    {
        var width = 2 * growth;
        List<(string, Module<Tensor, Tensor>)> features =
        [
            ("conv0", Conv2d(channels, width, 7, stride: 2, padding: 3, bias: false)), ("norm0", BatchNorm2d(width)),
            ("relu0", Rectifier.Layer()), ("pool0", MaxPool2d(3, stride: 2, padding: 1)),
        ];
        for (var block = 0; block < layers.Count; block++)
        {
            features.Add(($"denseblock{block + 1}", new DenseBlock(width, growth, layers[block])));
            width += layers[block] * growth;
            if (block < layers.Count - 1)
            {
                features.Add(($"transition{block + 1}", new Transition(width)));
                width /= 2;
            }
        }

        features.Add(("norm5", BatchNorm2d(width)));
        _features = Sequential(features);
        _classifier = Linear(width, classes);
        register_module("features", _features);
        register_module("classifier", _classifier);
        foreach (var (_, weight) in named_parameters().Where(p => p.parameter.dim() == 4))
        {
            init.kaiming_normal_(weight);
        }

        Initial.ZeroBiases(_classifier);
    }

    internal override Tensor Features(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Rectifier.Apply(_features.call(input)).MoveToOuterDisposeScope();
    }

    internal override Tensor Head(Tensor features) => _classifier.call(Drop(_average.call(features).flatten(1)));

    /// <summary>Each layer sees what all before it have made.</summary>
    private sealed class DenseBlock : Module<Tensor, Tensor>
    {
        private readonly List<DenseLayer> _layers = [];

        internal DenseBlock(long inputs, long growth, int layers)
            : base(nameof(DenseBlock))
        {
            for (var layer = 0; layer < layers; layer++)
            {
                _layers.Add(new DenseLayer(inputs + (layer * growth), growth));
                register_module($"denselayer{layer + 1}", _layers[^1]);
            }
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var x = input;
            foreach (var layer in _layers)
            {
                using var added = layer.call(x);
                var wider = cat([x, added], 1);
                if (!ReferenceEquals(x, input))
                {
                    x.Dispose();
                }

                x = wider;
            }

            return x.MoveToOuterDisposeScope();
        }
    }

    private sealed class DenseLayer : Module<Tensor, Tensor>
    {
        private readonly BatchNorm2d _norm1;
        private readonly Conv2d _conv1;
        private readonly BatchNorm2d _norm2;
        private readonly Conv2d _conv2;

        internal DenseLayer(long inputs, long growth)
            : base(nameof(DenseLayer))
        {
            _norm1 = BatchNorm2d(inputs);
            _conv1 = Conv2d(inputs, 4 * growth, 1, bias: false);
            _norm2 = BatchNorm2d(4 * growth);
            _conv2 = Conv2d(4 * growth, growth, 3, padding: 1, bias: false);
            register_module("norm1", _norm1);
            register_module("conv1", _conv1);
            register_module("norm2", _norm2);
            register_module("conv2", _conv2);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var x = _conv1.call(Rectifier.Apply(_norm1.call(input)));
            return _conv2.call(Rectifier.Apply(_norm2.call(x))).MoveToOuterDisposeScope();
        }
    }

    /// <summary>Half the channels, half the side.</summary>
    private sealed class Transition : Module<Tensor, Tensor>
    {
        private readonly BatchNorm2d _norm;
        private readonly Conv2d _conv;

        internal Transition(long width)
            : base(nameof(Transition))
        {
            _norm = BatchNorm2d(width);
            _conv = Conv2d(width, width / 2, 1, bias: false);
            register_module("norm", _norm);
            register_module("conv", _conv);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var x = _conv.call(Rectifier.Apply(_norm.call(input)));
            return functional.avg_pool2d(x, 2).MoveToOuterDisposeScope();
        }
    }
}
