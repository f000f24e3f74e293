using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Networks;

/// <summary>MobileNetV3-Small (Howard et al., ICCV 2019), with torchvision's names, shapes and initialisation.</summary>
internal sealed class MobileNet : Backbone
{
    private readonly Sequential _features;
    private readonly Linear _hidden;
    private readonly Linear _last;

    internal MobileNet(string name, long channels, long classes, double dropout)
        : base(name, dropout)
    {
        var style = new MobileStyle(
            width => BatchNorm2d(width, eps: 0.001, momentum: 0.01), Rectifier.Apply, x => functional.hardsigmoid(x));
        _features = Sequential(
        [
            ("0", style.Unit(channels, 16, 3, 2, Smooth)),
            .. Blocks().Select((shape, index) => ($"{index + 1}", (Module<Tensor, Tensor>)new InvertedResidual(shape, style))),
            ("12", style.Unit(96, 576, 1, 1, Smooth)),
        ]);
        _hidden = Linear(576, 1024);
        _last = Linear(1024, classes);
        register_module("features", _features);
        register_module("classifier", Sequential(("0", _hidden), ("3", _last)));
        Initial.Convolutions(this, init.FanInOut.FanOut);
        Initial.Normal(_hidden.weight, 0.01);
        Initial.Normal(_last.weight, 0.01);
        Initial.ZeroBiases(this);
    }

    internal override Tensor Features(Tensor input) => _features.call(input);

    internal override Tensor Head(Tensor features)
    {
        using var scope = NewDisposeScope();
        var x = _hidden.call(functional.adaptive_avg_pool2d(features, [1, 1]).flatten(1));
        return _last.call(Drop(functional.hardswish(x, inplace: true))).MoveToOuterDisposeScope();
    }

    /// <summary>The paper's table 2; a squeeze is a quarter of the expanded, in whole eights.</summary>
    private static IEnumerable<MobileBlock> Blocks() =>
    [
        new(16, 16, 16, 3, 2, 8, Plain),
        new(16, 72, 24, 3, 2, null, Plain),
        new(24, 88, 24, 3, 1, null, Plain),
        new(24, 96, 40, 5, 2, 24, Smooth),
        new(40, 240, 40, 5, 1, 64, Smooth),
        new(40, 240, 40, 5, 1, 64, Smooth),
        new(40, 120, 48, 5, 1, 32, Smooth),
        new(48, 144, 48, 5, 1, 40, Smooth),
        new(48, 288, 96, 5, 2, 72, Smooth),
        new(96, 576, 96, 5, 1, 144, Smooth),
        new(96, 576, 96, 5, 1, 144, Smooth),
    ];

    private static Module<Tensor, Tensor> Plain() => Rectifier.Layer();

    private static Hardswish Smooth() => Hardswish(inplace: true);
}
