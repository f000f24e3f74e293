using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Networks;

/// <summary>
/// Inception v3 (Szegedy et al., CVPR 2016), with torchvision's names, shapes and initialisation; inputs are taken as they are
/// (<c>transform_input=False</c>). While training, the auxiliary head answers too: a loss that follows the paper weighs it 0.4.
/// </summary>
internal sealed class Inception : Backbone
{
    private readonly List<Module<Tensor, Tensor>> _beforeAuxiliary = [];
    private readonly List<Module<Tensor, Tensor>> _afterAuxiliary = [];
    private readonly InceptionAux _auxiliary;
    private readonly Linear _fc;

    internal Inception(string name, long channels, long classes, double dropout)
        : base(name, dropout)
    {
        var pool = MaxPool2d(3, stride: 2);
        _auxiliary = new InceptionAux(classes);
        _fc = Linear(2048, classes);
        Add(_beforeAuxiliary, "Conv2d_1a_3x3", new InceptionUnit(channels, 32, (3, 3), stride: 2));
        Add(_beforeAuxiliary, "Conv2d_2a_3x3", new InceptionUnit(32, 32, (3, 3)));
        Add(_beforeAuxiliary, "Conv2d_2b_3x3", new InceptionUnit(32, 64, (3, 3), padding: (1, 1)));
        _beforeAuxiliary.Add(pool);
        Add(_beforeAuxiliary, "Conv2d_3b_1x1", new InceptionUnit(64, 80, (1, 1)));
        Add(_beforeAuxiliary, "Conv2d_4a_3x3", new InceptionUnit(80, 192, (3, 3)));
        _beforeAuxiliary.Add(pool);
        Add(_beforeAuxiliary, "Mixed_5b", new InceptionA(192, 32));
        Add(_beforeAuxiliary, "Mixed_5c", new InceptionA(256, 64));
        Add(_beforeAuxiliary, "Mixed_5d", new InceptionA(288, 64));
        Add(_beforeAuxiliary, "Mixed_6a", new InceptionB(288));
        Add(_beforeAuxiliary, "Mixed_6b", new InceptionC(128));
        Add(_beforeAuxiliary, "Mixed_6c", new InceptionC(160));
        Add(_beforeAuxiliary, "Mixed_6d", new InceptionC(160));
        Add(_beforeAuxiliary, "Mixed_6e", new InceptionC(192));
        register_module("AuxLogits", _auxiliary);
        Add(_afterAuxiliary, "Mixed_7a", new InceptionD());
        Add(_afterAuxiliary, "Mixed_7b", new InceptionE(1280));
        Add(_afterAuxiliary, "Mixed_7c", new InceptionE(2048));
        register_module("fc", _fc);

        // torchvision cuts these normals at +-2, twenty deviations away: no draw is ever cut.
        foreach (var (_, weight) in named_parameters().Where(p => p.parameter.dim() > 1))
        {
            Initial.Normal(weight, 0.1);
        }

        Initial.Normal(_auxiliary.LastWeight, 0.001);
    }

    /// <remarks>
    /// While training the auxiliary head runs whether its answers are asked for or not: its normalisations must have seen as many batches
    /// as all others.
    /// </remarks>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Answers(input).Logits.MoveToOuterDisposeScope();
    }

    internal override (Tensor Logits, Tensor? Auxiliary) Answers(Tensor input)
    {
        using var scope = NewDisposeScope();
        var halfway = Through(_beforeAuxiliary, input);
        var auxiliary = training ? _auxiliary.call(halfway).MoveToOuterDisposeScope() : null;
        return (Head(Through(_afterAuxiliary, halfway)).MoveToOuterDisposeScope(), auxiliary);
    }

    internal override Tensor Features(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Through(_afterAuxiliary, Through(_beforeAuxiliary, input)).MoveToOuterDisposeScope();
    }

    internal override Tensor Head(Tensor features) => _fc.call(Drop(functional.adaptive_avg_pool2d(features, [1, 1])).flatten(1));

    private static Tensor Through(List<Module<Tensor, Tensor>> layers, Tensor x)
    {
        foreach (var layer in layers)
        {
            x = layer.call(x);
        }

        return x;
    }

    private void Add(List<Module<Tensor, Tensor>> to, string name, Module<Tensor, Tensor> layer)
    {
        register_module(name, layer);
        to.Add(layer);
    }
}
