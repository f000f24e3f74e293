using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Networks;

/// <summary>A network that a spec can name, with dropout before its last layer. Dropout adds no tensors.</summary>
/// <param name="dropout">Share of what the last layer sees that training sets to zero, 0 to 0.9.</param>
internal abstract class Architecture(string name, double dropout) : Module<Tensor, Tensor>(name)
{
    /// <summary>
    /// Leaves dropout on while evaluating, so that repeated answers show how sure the network is (Gal and Ghahramani, ICML 2016).
    /// Normalisation then still uses its running statistics.
    /// </summary>
    internal bool DropsWhileEvaluating { get; set; }

    /// <summary>The answers, and those of the auxiliary head while training, where the network has one.</summary>
    internal virtual (Tensor Logits, Tensor? Auxiliary) Answers(Tensor input) => (forward(input), null);

    protected Tensor Drop(Tensor x) => dropout == 0 || !(training || DropsWhileEvaluating) ? x : functional.dropout(x, dropout);
}

/// <summary>A classifier in two halves, so that a gradient can be taken where they meet.</summary>
internal abstract class Backbone(string name, double dropout) : Architecture(name, dropout)
{
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Head(Features(input)).MoveToOuterDisposeScope();
    }

    /// <summary>The last map that still has places, after its activation: [N, channels, ...], what Grad-CAM looks at.</summary>
    internal abstract Tensor Features(Tensor input);

    /// <summary>From that map to logits [N, classes]; leaves the map as it is.</summary>
    internal abstract Tensor Head(Tensor features);
}
