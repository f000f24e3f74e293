using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Networks;

/// <summary>EfficientNet-B0 (Tan and Le, ICML 2019), with torchvision's names, shapes, initialisation and stochastic depth.</summary>
internal sealed class EfficientNet : Backbone
{
    /// <summary>Of the last block; blocks before it have their share of it.</summary>
    private const double StochasticDepth = 0.2;

    private static readonly (long Expansion, long Kernel, long Stride, long Inputs, long Outputs, int Blocks)[] s_stages =
    [
        (1, 3, 1, 32, 16, 1), (6, 3, 2, 16, 24, 2), (6, 5, 2, 24, 40, 2), (6, 3, 2, 40, 80, 3), (6, 5, 1, 80, 112, 3), (6, 5, 2, 112, 192, 4),
        (6, 3, 1, 192, 320, 1),
    ];

    private readonly Sequential _features;
    private readonly Linear _last;

    internal EfficientNet(string name, long channels, long classes, double dropout)
        : base(name, dropout)
    {
        var style = new MobileStyle(width => BatchNorm2d(width), x => functional.silu(x, inplace: true), x => x.sigmoid());
        _features = Sequential(
        [
            ("0", style.Unit(channels, 32, 3, 2, Activation)), .. Stages(style), ("8", style.Unit(320, 1280, 1, 1, Activation)),
        ]);
        _last = Linear(1280, classes);
        register_module("features", _features);
        register_module("classifier", Sequential(("1", _last)));
        Initial.Convolutions(this, init.FanInOut.FanOut);
        Initial.Uniform(_last.weight, 1 / Math.Sqrt(classes));
        Initial.ZeroBiases(this);
    }

    internal override Tensor Features(Tensor input) => _features.call(input);

    internal override Tensor Head(Tensor features) => _last.call(Drop(functional.adaptive_avg_pool2d(features, [1, 1]).flatten(1)));

    private static SiLU Activation() => SiLU(inplace: true);

    private static IEnumerable<(string, Module<Tensor, Tensor>)> Stages(MobileStyle style)
    {
        var (done, all) = (0, s_stages.Sum(s => s.Blocks));
        for (var stage = 0; stage < s_stages.Length; stage++)
        {
            var (expansion, kernel, stride, inputs, outputs, count) = s_stages[stage];
            List<(string, Module<Tensor, Tensor>)> blocks = [];
            for (var block = 0; block < count; block++, done++, inputs = outputs, stride = 1)
            {
                var shape = new MobileBlock(inputs, expansion * inputs, outputs, kernel, stride, inputs / 4, Activation);
                blocks.Add(($"{block}", new InvertedResidual(shape, style, StochasticDepth * done / all)));
            }

            yield return ($"{stage + 1}", Sequential(blocks));
        }
    }
}
