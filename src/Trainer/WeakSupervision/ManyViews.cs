using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.WeakSupervision;

/// <summary>Answers that hang less on how an image happens to lie.</summary>
internal static class ManyViews
{
    /// <summary>
    /// Logits of the mean probability over the first <paramref name="count"/> of <see cref="View.All"/>. From logits x that is
    /// ln Σ σ(x) - ln Σ σ(-x), which no sure answer makes infinite.
    /// </summary>
    /// <param name="images">[N, channels, (depth,) side, side].</param>
    internal static Tensor Answers(Module<Tensor, Tensor> network, Tensor images, int count)
    {
        if (count == 1)
        {
            return network.call(images);
        }

        using var scope = NewDisposeScope();
        var answers = stack([.. View.All.Take(count).Select(view => view.Undo(network.call(view.Of(images))))]);
        var lesion = functional.softplus(-answers).neg().logsumexp(0);
        var outside = functional.softplus(answers).neg().logsumexp(0);
        return (lesion - outside).MoveToOuterDisposeScope();
    }
}
