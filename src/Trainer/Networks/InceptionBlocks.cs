using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Networks;

/// <summary>Convolution, normalisation, ReLU.</summary>
internal sealed class InceptionUnit : Module<Tensor, Tensor>
{
    private readonly Conv2d _conv;
    private readonly BatchNorm2d _bn;

    internal InceptionUnit(long inputs, long outputs, (long, long) kernel, long stride = 1, (long, long)? padding = null)
        : base(nameof(InceptionUnit))
    {
        _conv = Conv2d(inputs, outputs, kernel, stride: (stride, stride), padding: padding ?? (0, 0), bias: false);
        _bn = BatchNorm2d(outputs, eps: 0.001);
        register_module("conv", _conv);
        register_module("bn", _bn);
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Rectifier.Apply(_bn.call(_conv.call(input))).MoveToOuterDisposeScope();
    }
}

/// <summary>Branches side by side over one input, joined along the channels.</summary>
internal abstract class InceptionBlock(string name) : Module<Tensor, Tensor>(name)
{
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return cat(Branches(input), 1).MoveToOuterDisposeScope();
    }

    protected abstract Tensor[] Branches(Tensor x);

    /// <summary>A unit that keeps height and width: padded by half its kernel.</summary>
    protected InceptionUnit Same(string name, long inputs, long outputs, long height, long width) =>
        Add(name, new InceptionUnit(inputs, outputs, (height, width), padding: (height / 2, width / 2)));

    /// <summary>A 3 x 3 unit that halves height and width, without padding.</summary>
    protected InceptionUnit Halving(string name, long inputs, long outputs) =>
        Add(name, new InceptionUnit(inputs, outputs, (3, 3), stride: 2));

    protected static Tensor Through(Tensor x, params ReadOnlySpan<InceptionUnit> units)
    {
        foreach (var unit in units)
        {
            x = unit.call(x);
        }

        return x;
    }

    protected static Tensor Mean(Tensor x) => functional.avg_pool2d(x, 3, stride: 1, padding: 1);

    protected static Tensor Largest(Tensor x) => functional.max_pool2d(x, [3, 3], [2, 2], [0, 0]);

    private InceptionUnit Add(string name, InceptionUnit unit)
    {
        register_module(name, unit);
        return unit;
    }
}

internal sealed class InceptionA : InceptionBlock
{
    private readonly InceptionUnit[] _one;
    private readonly InceptionUnit[] _five;
    private readonly InceptionUnit[] _three;
    private readonly InceptionUnit _pool;

    internal InceptionA(long inputs, long pooled)
        : base(nameof(InceptionA))
    {
        _one = [Same("branch1x1", inputs, 64, 1, 1)];
        _five = [Same("branch5x5_1", inputs, 48, 1, 1), Same("branch5x5_2", 48, 64, 5, 5)];
        _three =
        [
            Same("branch3x3dbl_1", inputs, 64, 1, 1), Same("branch3x3dbl_2", 64, 96, 3, 3), Same("branch3x3dbl_3", 96, 96, 3, 3),
        ];
        _pool = Same("branch_pool", inputs, pooled, 1, 1);
    }

    protected override Tensor[] Branches(Tensor x) => [Through(x, _one), Through(x, _five), Through(x, _three), _pool.call(Mean(x))];
}

internal sealed class InceptionB : InceptionBlock
{
    private readonly InceptionUnit _three;
    private readonly InceptionUnit[] _double;

    internal InceptionB(long inputs)
        : base(nameof(InceptionB))
    {
        _three = Halving("branch3x3", inputs, 384);
        _double = [Same("branch3x3dbl_1", inputs, 64, 1, 1), Same("branch3x3dbl_2", 64, 96, 3, 3), Halving("branch3x3dbl_3", 96, 96)];
    }

    protected override Tensor[] Branches(Tensor x) => [_three.call(x), Through(x, _double), Largest(x)];
}

internal sealed class InceptionC : InceptionBlock
{
    private readonly InceptionUnit _one;
    private readonly InceptionUnit[] _seven;
    private readonly InceptionUnit[] _double;
    private readonly InceptionUnit _pool;

    internal InceptionC(long inner)
        : base(nameof(InceptionC))
    {
        _one = Same("branch1x1", 768, 192, 1, 1);
        _seven =
        [
            Same("branch7x7_1", 768, inner, 1, 1), Same("branch7x7_2", inner, inner, 1, 7), Same("branch7x7_3", inner, 192, 7, 1),
        ];
        _double =
        [
            Same("branch7x7dbl_1", 768, inner, 1, 1), Same("branch7x7dbl_2", inner, inner, 7, 1), Same("branch7x7dbl_3", inner, inner, 1, 7),
            Same("branch7x7dbl_4", inner, inner, 7, 1), Same("branch7x7dbl_5", inner, 192, 1, 7),
        ];
        _pool = Same("branch_pool", 768, 192, 1, 1);
    }

    protected override Tensor[] Branches(Tensor x) => [_one.call(x), Through(x, _seven), Through(x, _double), _pool.call(Mean(x))];
}

internal sealed class InceptionD : InceptionBlock
{
    private readonly InceptionUnit[] _three;
    private readonly InceptionUnit[] _seven;

    internal InceptionD()
        : base(nameof(InceptionD))
    {
        _three = [Same("branch3x3_1", 768, 192, 1, 1), Halving("branch3x3_2", 192, 320)];
        _seven =
        [
            Same("branch7x7x3_1", 768, 192, 1, 1), Same("branch7x7x3_2", 192, 192, 1, 7), Same("branch7x7x3_3", 192, 192, 7, 1),
            Halving("branch7x7x3_4", 192, 192),
        ];
    }

    protected override Tensor[] Branches(Tensor x) => [Through(x, _three), Through(x, _seven), Largest(x)];
}

internal sealed class InceptionE : InceptionBlock
{
    private readonly InceptionUnit _one;
    private readonly InceptionUnit _three;
    private readonly InceptionUnit[] _threeEnds;
    private readonly InceptionUnit[] _double;
    private readonly InceptionUnit[] _doubleEnds;
    private readonly InceptionUnit _pool;

    internal InceptionE(long inputs)
        : base(nameof(InceptionE))
    {
        _one = Same("branch1x1", inputs, 320, 1, 1);
        _three = Same("branch3x3_1", inputs, 384, 1, 1);
        _threeEnds = [Same("branch3x3_2a", 384, 384, 1, 3), Same("branch3x3_2b", 384, 384, 3, 1)];
        _double = [Same("branch3x3dbl_1", inputs, 448, 1, 1), Same("branch3x3dbl_2", 448, 384, 3, 3)];
        _doubleEnds = [Same("branch3x3dbl_3a", 384, 384, 1, 3), Same("branch3x3dbl_3b", 384, 384, 3, 1)];
        _pool = Same("branch_pool", inputs, 192, 1, 1);
    }

    protected override Tensor[] Branches(Tensor x)
    {
        // In torchvision's order, which is that in which gradients are summed.
        var one = _one.call(x);
        var three = _three.call(x);
        var @double = Through(x, _double);
        return
        [
            one, .. _threeEnds.Select(end => end.call(three)), .. _doubleEnds.Select(end => end.call(@double)),
            _pool.call(Mean(x)),
        ];
    }
}

/// <summary>The head halfway, for a map of at least 17 x 17.</summary>
internal sealed class InceptionAux : Module<Tensor, Tensor>
{
    private readonly InceptionUnit _conv0 = new(768, 128, (1, 1));
    private readonly InceptionUnit _conv1 = new(128, 768, (5, 5));
    private readonly Linear _fc;

    internal InceptionAux(long classes)
        : base(nameof(InceptionAux))
    {
        _fc = Linear(768, classes);
        register_module("conv0", _conv0);
        register_module("conv1", _conv1);
        register_module("fc", _fc);
    }

    internal Tensor LastWeight => _fc.weight;

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = _conv1.call(_conv0.call(functional.avg_pool2d(input, 5, stride: 3)));
        return _fc.call(functional.adaptive_avg_pool2d(x, [1, 1]).flatten(1)).MoveToOuterDisposeScope();
    }
}
