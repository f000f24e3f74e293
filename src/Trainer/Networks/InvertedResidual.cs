using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Networks;

/// <summary>What two families of networks for small machines differ in.</summary>
/// <param name="Norm">Makes a normalisation of so many channels.</param>
/// <param name="Squeezed">The activation inside squeeze and excitation.</param>
/// <param name="Scale">From the squeezed to factors in [0, 1].</param>
internal sealed record MobileStyle(Func<long, BatchNorm2d> Norm, Func<Tensor, Tensor> Squeezed, Func<Tensor, Tensor> Scale)
{
    /// <summary>Convolution padded by half its kernel, normalisation, and an activation where one is given.</summary>
    internal Sequential Unit(
        long inputs, long outputs, long kernel, long stride, Func<Module<Tensor, Tensor>>? activation, long groups = 1) => Sequential(
    [
        ("0", Conv2d(inputs, outputs, kernel, stride: stride, padding: kernel / 2, groups: groups, bias: false)),
        ("1", Norm(outputs)),
        .. activation is null ? [] : new[] { ("2", activation()) },
    ]);
}

/// <param name="Squeeze">Channels between squeeze and excitation; null for none.</param>
/// <param name="Activation">Makes the activation after expansion and filter.</param>
internal sealed record MobileBlock(
    long Inputs, long Expanded, long Outputs, long Kernel, long Stride, long? Squeeze, Func<Module<Tensor, Tensor>> Activation);

/// <summary>
/// Inverted residual (Sandler et al., CVPR 2018): widen, filter each channel on its own, weigh channels by squeeze and excitation
/// (Hu et al., CVPR 2018), project, and add the input where shapes allow.
/// </summary>
internal sealed class InvertedResidual : Module<Tensor, Tensor>
{
    private readonly Sequential _block;
    private readonly bool _adds;
    private readonly double _dropped;

    /// <param name="dropped">Probability, while training, that an image goes past the block unchanged (Huang et al., ECCV 2016).</param>
    internal InvertedResidual(MobileBlock shape, MobileStyle style, double dropped = 0)
        : base(nameof(InvertedResidual))
    {
        List<Module<Tensor, Tensor>> layers = [];
        if (shape.Expanded != shape.Inputs)
        {
            layers.Add(style.Unit(shape.Inputs, shape.Expanded, 1, 1, shape.Activation));
        }

        layers.Add(style.Unit(shape.Expanded, shape.Expanded, shape.Kernel, shape.Stride, shape.Activation, groups: shape.Expanded));
        if (shape.Squeeze is { } squeeze)
        {
            layers.Add(new SqueezeExcitation(shape.Expanded, squeeze, style));
        }

        layers.Add(style.Unit(shape.Expanded, shape.Outputs, 1, 1, activation: null));
        _block = Sequential(layers.Select((layer, index) => ($"{index}", layer)));
        register_module("block", _block);
        _adds = shape.Stride == 1 && shape.Inputs == shape.Outputs;
        _dropped = dropped;
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = _block.call(input);
        if (!_adds)
        {
            return x.MoveToOuterDisposeScope();
        }

        if (training && _dropped > 0)
        {
            // Kept images are scaled up, so that the sum is on average what evaluation, which keeps all, will see.
            var kept = empty([x.shape[0], 1, 1, 1], device: x.device).bernoulli_(1 - _dropped);
            x = x.mul(kept.div(full([], 1 - _dropped, device: x.device)));
        }

        return x.add_(input).MoveToOuterDisposeScope();
    }

    private sealed class SqueezeExcitation : Module<Tensor, Tensor>
    {
        private readonly Conv2d _fc1;
        private readonly Conv2d _fc2;
        private readonly MobileStyle _style;

        internal SqueezeExcitation(long width, long squeezed, MobileStyle style)
            : base(nameof(SqueezeExcitation))
        {
            _style = style;
            _fc1 = Conv2d(width, squeezed, 1);
            _fc2 = Conv2d(squeezed, width, 1);
            register_module("fc1", _fc1);
            register_module("fc2", _fc2);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var squeezed = _style.Squeezed(_fc1.call(functional.adaptive_avg_pool2d(input, [1, 1])));
            return _style.Scale(_fc2.call(squeezed)).mul(input).MoveToOuterDisposeScope();
        }
    }
}
