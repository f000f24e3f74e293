using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Networks;

/// <summary>How many axes a U-net works over, and how wide it is.</summary>
/// <param name="Widths">Channels that each level ends with, finest first.</param>
/// <param name="WidensLate">A level reaches its width with its second convolution, and the way up keeps its channels until joined.</param>
internal sealed record UNetShape(
    IReadOnlyList<long> Widths,
    bool WidensLate,
    Func<long, long, long, Module<Tensor, Tensor>> Conv,
    Func<long, Module<Tensor, Tensor>> Norm,
    Func<long, long, Module<Tensor, Tensor>> Up,
    Func<Tensor, Tensor> Pool)
{
    /// <summary>Ronneberger et al., MICCAI 2015, at half its width.</summary>
    internal static UNetShape Slices { get; } = new(
        [32, 64, 128, 256, 512],
        WidensLate: false,
        (inputs, outputs, kernel) => Conv2d(inputs, outputs, kernel, padding: kernel / 2, bias: kernel == 1),
        width => BatchNorm2d(width),
        (inputs, outputs) => ConvTranspose2d(inputs, outputs, 2, stride: 2),
        x => functional.max_pool2d(x, [2, 2], [2, 2], [0, 0]));

    /// <summary>Çiçek et al., MICCAI 2016, at half its width.</summary>
    internal static UNetShape Volumes { get; } = new(
        [32, 64, 128, 256],
        WidensLate: true,
        (inputs, outputs, kernel) => Conv3d(inputs, outputs, kernel, padding: kernel / 2, bias: kernel == 1),
        width => BatchNorm3d(width),
        (inputs, outputs) => ConvTranspose3d(inputs, outputs, 2, stride: 2),
        x => functional.max_pool3d(x, 2));
}

/// <summary>
/// A way down that halves, a way up that doubles, and at each level the map of the way down joined to that of the way up. Input
/// [N, channels, ...] of any size that the poolings leave something of; logits of the same size. Convolutions are padded and normalised,
/// where the papers' cut their maps instead.
/// </summary>
internal sealed class UNet : Architecture
{
    private readonly List<Pair> _encoders = [];
    private readonly List<(Module<Tensor, Tensor> Up, Pair Decoder)> _decoders = [];
    private readonly Module<Tensor, Tensor> _head;
    private readonly UNetShape _shape;

    internal UNet(string name, UNetShape shape, long channels, long outputs, double dropout)
        : base(name, dropout)
    {
        _shape = shape;
        var widths = shape.Widths;
        for (var level = 0; level < widths.Count; level++)
        {
            var inputs = level == 0 ? channels : widths[level - 1];
            _encoders.Add(new Pair(shape, inputs, shape.WidensLate ? widths[level] / 2 : widths[level], widths[level]));
            register_module($"encoder{level + 1}", _encoders[level]);
        }

        for (var level = widths.Count - 2; level >= 0; level--)
        {
            var (below, here) = (widths[level + 1], widths[level]);
            var up = shape.Up(below, shape.WidensLate ? below : here);
            var decoder = new Pair(shape, shape.WidensLate ? below + here : 2 * here, here, here);
            register_module($"up{level + 1}", up);
            register_module($"decoder{level + 1}", decoder);
            _decoders.Add((up, decoder));
        }

        _head = shape.Conv(widths[0], outputs, 1);
        register_module("head", _head);
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        List<Tensor> down = [_encoders[0].call(input)];
        foreach (var encoder in _encoders.Skip(1))
        {
            down.Add(encoder.call(_shape.Pool(down[^1])));
        }

        var x = down[^1];
        for (var i = 0; i < _decoders.Count; i++)
        {
            var beside = down[^(i + 2)];
            x = _decoders[i].Decoder.call(cat([beside, Sized.Like(_decoders[i].Up.call(x), beside)], 1));
        }

        return _head.call(Drop(x)).MoveToOuterDisposeScope();
    }

    /// <summary>Two convolutions of side 3, each normalised and rectified, drawn as the paper says: by the fan in.</summary>
    private sealed class Pair : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> _conv1;
        private readonly Module<Tensor, Tensor> _bn1;
        private readonly Module<Tensor, Tensor> _conv2;
        private readonly Module<Tensor, Tensor> _bn2;

        internal Pair(UNetShape shape, long inputs, long inner, long outputs)
            : base(nameof(Pair))
        {
            _conv1 = shape.Conv(inputs, inner, 3);
            _bn1 = shape.Norm(inner);
            _conv2 = shape.Conv(inner, outputs, 3);
            _bn2 = shape.Norm(outputs);
            register_module("conv1", _conv1);
            register_module("bn1", _bn1);
            register_module("conv2", _conv2);
            register_module("bn2", _bn2);
            Initial.Convolutions(this, init.FanInOut.FanIn);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var x = Rectifier.Apply(_bn1.call(_conv1.call(input)));
            return Rectifier.Apply(_bn2.call(_conv2.call(x))).MoveToOuterDisposeScope();
        }
    }
}
