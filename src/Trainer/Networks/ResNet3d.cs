using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Networks;

/// <summary>
/// An 18-layer residual network of 3 x 3 x 3 convolutions (Tran et al., CVPR 2018) on volumes [N, channels, D, H, W], under the names of
/// torchvision's <c>r3d_18</c>. The stem halves height and width only; three stages then halve all three.
/// </summary>
internal sealed class ResNet3d : Backbone
{
    private readonly Sequential _stem;
    private readonly Sequential[] _layers;
    private readonly Linear _fc;

    internal ResNet3d(string name, long channels, long classes, double dropout)
        : base(name, dropout)
    {
        _stem = Sequential(
            ("0", Conv3d(channels, 64, (3, 7, 7), stride: (1, 2, 2), padding: (1, 3, 3), bias: false)), ("1", BatchNorm3d(64)),
            ("2", Rectifier.Layer()));
        register_module("stem", _stem);
        _layers = [.. Enumerable.Range(0, 4).Select(stage => Stage(stage == 0 ? 64 : 32L << stage, 64L << stage, stage == 0 ? 1 : 2))];
        for (var stage = 0; stage < _layers.Length; stage++)
        {
            register_module($"layer{stage + 1}", _layers[stage]);
        }

        _fc = Linear(512, classes);
        register_module("fc", _fc);
        Initial.Convolutions(this, init.FanInOut.FanOut);
        Initial.Normal(_fc.weight, 0.01);
        Initial.ZeroBiases(this);
    }

    internal override Tensor Features(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = _stem.call(input);
        foreach (var layer in _layers)
        {
            x = layer.call(x);
        }

        return x.MoveToOuterDisposeScope();
    }

    internal override Tensor Head(Tensor features) => _fc.call(Drop(functional.adaptive_avg_pool3d(features, [1, 1, 1]).flatten(1)));

    private static Sequential Stage(long inputs, long width, long stride) =>
        Sequential(("0", new Block(inputs, width, stride)), ("1", new Block(width, width, 1)));

    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly Sequential _conv1;
        private readonly Sequential _conv2;
        private readonly Sequential? _downsample;

        internal Block(long inputs, long outputs, long stride)
            : base(nameof(Block))
        {
            _conv1 = Sequential(
                ("0", Conv3d(inputs, outputs, 3, stride: stride, padding: 1, bias: false)), ("1", BatchNorm3d(outputs)),
                ("2", Rectifier.Layer()));
            _conv2 = Sequential(("0", Conv3d(outputs, outputs, 3, padding: 1, bias: false)), ("1", BatchNorm3d(outputs)));
            register_module("conv1", _conv1);
            register_module("conv2", _conv2);
            if (stride != 1 || inputs != outputs)
            {
                _downsample = Sequential(("0", Conv3d(inputs, outputs, 1, stride: stride, bias: false)), ("1", BatchNorm3d(outputs)));
                register_module("downsample", _downsample);
            }
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var x = _conv2.call(_conv1.call(input));
            return Rectifier.Apply(x.add_(_downsample?.call(input) ?? input)).MoveToOuterDisposeScope();
        }
    }
}
