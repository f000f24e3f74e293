using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Networks;

/// <summary>
/// Residual networks of basic blocks (He et al., CVPR 2016), with torchvision's names, shapes and initialisation, so that its
/// <c>load_state_dict(strict=True)</c> takes the weights. Any number of input channels.
/// </summary>
internal sealed class ResNet : Module<Tensor, Tensor>
{
    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly MaxPool2d _pool = MaxPool2d(3, stride: 2, padding: 1);
    private readonly Sequential[] _layers;
    private readonly AdaptiveAvgPool2d _average = AdaptiveAvgPool2d(1);
    private readonly Linear _fc;

    /// <param name="blocks">Blocks in each of the four stages; resnet18 has two in each.</param>
    internal ResNet(string name, IReadOnlyList<int> blocks, long channels, long classes)
        : base(name)
    {
        _conv1 = Conv2d(channels, 64, 7, stride: 2, padding: 3, bias: false);
        _bn1 = BatchNorm2d(64);
        _layers = [.. blocks.Select((count, stage) => Stage(count, stage))];
        _fc = Linear(512, classes);
        register_module("conv1", _conv1);
        register_module("bn1", _bn1);
        for (var stage = 0; stage < _layers.Length; stage++)
        {
            register_module($"layer{stage + 1}", _layers[stage]);
        }

        register_module("fc", _fc);
        foreach (var (path, weight) in named_parameters())
        {
            if (weight.dim() == 4)
            {
                init.kaiming_normal_(weight, mode: init.FanInOut.FanOut, nonlinearity: init.NonlinearityType.ReLU);
            }
        }
    }

    public override Tensor forward(Tensor input)
    {
        var x = _pool.call(_bn1.call(_conv1.call(input)).relu_());
        foreach (var layer in _layers)
        {
            x = layer.call(x);
        }

        return _fc.call(_average.call(x).flatten(1));
    }

    private static Sequential Stage(int count, int stage)
    {
        var width = 64L << stage;
        return Sequential(Enumerable.Range(0, count).Select(block => ($"{block}", Block(narrows: block == 0 && stage > 0))));

        Module<Tensor, Tensor> Block(bool narrows) => narrows ? new BasicBlock(width / 2, width, 2) : new BasicBlock(width, width, 1);
    }

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
            if (stride != 1 || inputs != outputs)
            {
                _downsample = Sequential(("0", Conv2d(inputs, outputs, 1, stride: stride, bias: false)), ("1", BatchNorm2d(outputs)));
                register_module("downsample", _downsample);
            }
        }

        public override Tensor forward(Tensor input)
        {
            var x = _bn1.call(_conv1.call(input)).relu_();
            x = _bn2.call(_conv2.call(x));
            return x.add_(_downsample?.call(input) ?? input).relu_();
        }
    }
}
