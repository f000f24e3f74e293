using Scanlock.Trainer.Data;
using Scanlock.Trainer.Evaluation;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Preparing;
using Scanlock.Trainer.Training;

namespace Scanlock.Trainer.Adversarial;

/// <summary>
/// What each pixel does to a network's answer: the absolute derivative of a class's logit by it (Simonyan et al., ICLR workshop 2014).
/// Adversarial training concentrates it on what matters (Tsipras et al., ICLR 2019).
/// </summary>
internal static class Saliency
{
    /// <param name="images">[N, channels, ...].</param>
    /// <param name="classes">[N], of each the class whose logit is looked at.</param>
    /// <returns>[N, ...], over all channels.</returns>
    internal static Tensor Of(Architecture network, Tensor images, Tensor classes)
    {
        using var scope = NewDisposeScope();
        using var still = new FrozenNetwork(network);
        var input = images.detach().requires_grad_();

        // Of a network in evaluation no image's logit depends on another image, so the derivative of their sum is each one's own.
        var logits = network.call(input).gather(1, classes.unsqueeze(1)).sum();
        return autograd.grad([logits], [input])[0].abs().sum(1).MoveToOuterDisposeScope();
    }

    /// <summary>Mean share of it inside the lungs, each sample's for its own class; null where lungs are not known.</summary>
    internal static double? InLung(Architecture network, TrialPlan plan, Compute compute, PreparedItems items, IReadOnlyList<Sample> samples)
    {
        if (!samples.All(s => items.Items[s.Item].HasLung))
        {
            return null;
        }

        var shares = new List<double>();
        foreach (var batch in new Loader(items, samples, plan.Spec, plan.Seed, BatchParts.Lungs, threads: plan.Threads).InOrder(Evaluator.GradientBatchSize(plan.Spec)))
        {
            using var scope = NewDisposeScope();
            var input = NetworkInput.From(batch, plan.Spec, compute.Device);
            var saliency = Of(network, input.Images, input.Classes).data<float>().ToArray();
            var pixels = items.Layout.Pixels;
            shares.AddRange(Enumerable.Range(0, batch.Count)
                .Select(i => EnergyShare.Inside(saliency.AsSpan(i * pixels, pixels), batch.Lungs.AsSpan(i * pixels, pixels))).OfType<double>());
        }

        return shares.Count == 0 ? null : shares.Average();
    }
}
