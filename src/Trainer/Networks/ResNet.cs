using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Networks;

/// <summary>
/// Residual networks (He et al., CVPR 2016), and those with grouped bottlenecks (Xie et al., CVPR 2017), with torchvision's names, shapes
/// and initialisation, so that its <c>load_state_dict(strict=True)</c> takes the weights. Any number of input channels.
/// </summary>
internal sealed class ResNet : Backbone
{
    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly MaxPool2d _pool = MaxPool2d(3, stride: 2, padding: 1);
    private readonly Sequential[] _layers;
    private readonly AdaptiveAvgPool2d _average = AdaptiveAvgPool2d(1);
    private readonly Linear _fc;

    private ResNet(string name, double dropout, IReadOnlyList<int> blocks, Func<long, long, long, Module<Tensor, Tensor>> block, long expansion, long channels, long classes)
        : base(name, dropout)
    {
        _conv1 = Conv2d(channels, 64, 7, stride: 2, padding: 3, bias: false);
        _bn1 = BatchNorm2d(64);
        _layers = [.. blocks.Select((count, stage) => Stage(count, stage, block, expansion))];
        _fc = Linear(512 * expansion, classes);
        register_module("conv1", _conv1);
        register_module("bn1", _bn1);
        for (var stage = 0; stage < _layers.Length; stage++)
        {
            register_module($"layer{stage + 1}", _layers[stage]);
        }

        register_module("fc", _fc);
        Initial.Convolutions(this, init.FanInOut.FanOut);
    }

    /// <param name="blocks">Blocks in each of the four stages; resnet18 has two in each.</param>
    internal static ResNet OfBasicBlocks(string name, IReadOnlyList<int> blocks, long channels, long classes, double dropout) =>
        new(name, dropout, blocks, (inputs, width, stride) => new BasicBlock(inputs, width, stride), 1, channels, classes);

    /// <param name="groups">Groups of the 3 x 3 convolution; one makes the plain bottleneck.</param>
    /// <param name="widthPerGroup">Channels of each group in the first stage.</param>
    internal static ResNet OfBottlenecks(
        string name, IReadOnlyList<int> blocks, long groups, long widthPerGroup, long channels, long classes, double dropout) =>
        new(
            name, dropout, blocks, (inputs, width, stride) => new Bottleneck(inputs, width * widthPerGroup / 64 * groups, 4 * width, stride, groups),
            4, channels, classes);

    internal override Tensor Features(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = _pool.call(Rectifier.Apply(_bn1.call(_conv1.call(input))));
        foreach (var layer in _layers)
        {
            x = layer.call(x);
        }

        return x.MoveToOuterDisposeScope();
    }

    internal override Tensor Head(Tensor features) => _fc.call(Drop(_average.call(features).flatten(1)));

    private static Sequential Stage(int count, int stage, Func<long, long, long, Module<Tensor, Tensor>> block, long expansion)
    {
        var width = 64L << stage;
        var before = stage == 0 ? 64 : expansion * width / 2;
        return Sequential(Enumerable.Range(0, count).Select(index =>
            ($"{index}", index == 0 ? block(before, width, stage == 0 ? 1 : 2) : block(expansion * width, width, 1))));
    }

    private static Sequential? Shortcut(long inputs, long outputs, long stride) => stride == 1 && inputs == outputs
        ? null
        : Sequential(("0", Conv2d(inputs, outputs, 1, stride: stride, bias: false)), ("1", BatchNorm2d(outputs)));

    private sealed class BasicBlock : Module<Tensor, Tensor>
    {
        private readonly Conv2d _conv1;
        private readonly BatchNorm2d _bn1;
        private readonly Conv2d _conv2;
        private readonly BatchNorm2d _bn2;
        private readonly Sequential? _downsample;

        internal BasicBlock(long inputs, long outputs, long stride)
            : base(nameof(BasicBlock))
        {
            _conv1 = Conv2d(inputs, outputs, 3, stride: stride, padding: 1, bias: false);
            _bn1 = BatchNorm2d(outputs);
            _conv2 = Conv2d(outputs, outputs, 3, padding: 1, bias: false);
            _bn2 = BatchNorm2d(outputs);
            register_module("conv1", _conv1);
            register_module("bn1", _bn1);
            register_module("conv2", _conv2);
            register_module("bn2", _bn2);
            _downsample = Shortcut(inputs, outputs, stride);
            if (_downsample is not null)
            {
                register_module("downsample", _downsample);
            }
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var x = Rectifier.Apply(_bn1.call(_conv1.call(input)));
            x = _bn2.call(_conv2.call(x));
            return Rectifier.Apply(x.add_(_downsample?.call(input) ?? input)).MoveToOuterDisposeScope();
        }
    }

    private sealed class Bottleneck : Module<Tensor, Tensor>
    {
        private readonly Conv2d _conv1;
        private readonly BatchNorm2d _bn1;
        private readonly Conv2d _conv2;
        private readonly BatchNorm2d _bn2;
        private readonly Conv2d _conv3;
        private readonly BatchNorm2d _bn3;
        private readonly Sequential? _downsample;

        internal Bottleneck(long inputs, long inner, long outputs, long stride, long groups)
            : base(nameof(Bottleneck))
        {
            _conv1 = Conv2d(inputs, inner, 1, bias: false);
            _bn1 = BatchNorm2d(inner);
            _conv2 = Conv2d(inner, inner, 3, stride: stride, padding: 1, groups: groups, bias: false);
            _bn2 = BatchNorm2d(inner);
            _conv3 = Conv2d(inner, outputs, 1, bias: false);
            _bn3 = BatchNorm2d(outputs);
            register_module("conv1", _conv1);
            register_module("bn1", _bn1);
            register_module("conv2", _conv2);
            register_module("bn2", _bn2);
            register_module("conv3", _conv3);
            register_module("bn3", _bn3);
            _downsample = Shortcut(inputs, outputs, stride);
            if (_downsample is not null)
            {
                register_module("downsample", _downsample);
            }
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var x = Rectifier.Apply(_bn1.call(_conv1.call(input)));
            x = Rectifier.Apply(_bn2.call(_conv2.call(x)));
            x = _bn3.call(_conv3.call(x));
            return Rectifier.Apply(x.add_(_downsample?.call(input) ?? input)).MoveToOuterDisposeScope();
        }
    }
}
