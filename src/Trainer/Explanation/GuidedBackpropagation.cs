using Scanlock.Trainer.Networks;

namespace Scanlock.Trainer.Explanation;

/// <summary>
/// Guided backpropagation (Springenberg et al., ICLR workshop 2015): the derivative of a class's logit by each pixel, where every
/// rectifier on the way back lets through only what is positive.
/// <para>
/// (1) On the way forward the graph is cut behind each rectifier. (2) The logit is differentiated as far as the cuts it hangs on directly.
/// (3) From the last cut to the first, what has arrived there is gated, and goes on from the rectifier's output to the cuts before it: all
/// that can reach a cut lies after it, so by its turn everything has. (4) What arrives at the image is the answer.
/// </para>
/// </summary>
internal sealed class GuidedBackpropagation : IDisposable
{
    private readonly List<(Tensor Output, Tensor Cut)> _rectifiers = [];
    private readonly Func<Tensor, Tensor> _gate;

    private GuidedBackpropagation(Func<Tensor, Tensor> gate) => _gate = gate;

    public void Dispose()
    {
        foreach (var (output, cut) in _rectifiers)
        {
            output.Dispose();
            cut.Dispose();
        }
    }

    /// <param name="network">Frozen.</param>
    /// <param name="image">[1, channels, side, side].</param>
    /// <param name="of">The class.</param>
    /// <returns>Like the image.</returns>
    internal static Tensor Gradient(Backbone network, Tensor image, long of) => Gradient(network, image, of, arrived => arrived.relu());

    /// <param name="gate">What each rectifier makes of what arrives at it; as it is, it makes the plain derivative.</param>
    internal static Tensor Gradient(Backbone network, Tensor image, long of, Func<Tensor, Tensor> gate)
    {
        using var scope = NewDisposeScope();
        using var way = new GuidedBackpropagation(gate);
        return way.Back(network, image.detach().clone().requires_grad_(), of).MoveToOuterDisposeScope();
    }

    private Tensor Back(Backbone network, Tensor image, long of)
    {
        using (Rectifier.Replaced(Through))
        {
            network.call(image).select(1, of).sum().backward(retain_graph: true);
        }

        foreach (var (output, cut) in Enumerable.Reverse(_rectifiers))
        {
            using var scope = NewDisposeScope();
            if (cut.grad is { } arrived)
            {
                // What comes before several rectifiers is gone through once for each of them.
                output.mul(_gate(arrived)).sum().backward(retain_graph: true);
            }
        }

        return image.grad ?? zeros_like(image);
    }

    private Tensor Through(Tensor x)
    {
        var output = x.relu().DetachFromDisposeScope();
        var cut = output.detach().requires_grad_().DetachFromDisposeScope();
        _rectifiers.Add((output, cut));

        // A tensor of the caller's own: networks let go of what they have passed on, and the cut must stay.
        return cut.mul(1);
    }
}
