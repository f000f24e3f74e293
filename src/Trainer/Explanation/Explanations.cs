using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Evaluation;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Preparing;
using Scanlock.Trainer.Training;

namespace Scanlock.Trainer.Explanation;

/// <summary>Numbers about what a classifier looks at, for the class that it calls each sample. The maps end here.</summary>
internal sealed class Explanations(TrialPlan plan, Compute compute, PreparedItems items)
{
    /// <summary>Each takes some forty answers of the network; this many say enough.</summary>
    internal const int MostSamples = 200;

    /// <summary>Null where the spec asks for none.</summary>
    internal ExplanationMetrics? Of(Architecture network, IReadOnlyList<Sample> samples)
    {
        if (plan.Spec.Explanation == "none")
        {
            return null;
        }

        using var still = new FrozenNetwork(network);
        var explained = Drawn(samples).Select(sample => Explained((Backbone)network, sample)).OfType<ExplainedSample>().ToList();
        return new ExplanationMetrics(
            plan.Spec.Explanation, explained.Count, Mean(s => s.InLung), Mean(s => s.InLesion), Mean(s => s.Deletion), Mean(s => s.Insertion));

        double? Mean(Func<ExplainedSample, double?> of) => explained.Average(of);
    }

    /// <summary>The same for the same samples and seed, however they are ordered.</summary>
    private IEnumerable<Sample> Drawn(IReadOnlyList<Sample> samples)
    {
        var drawn = samples.OrderBy(s => s.Key, StringComparer.Ordinal).ToList();
        new DeterministicRandom(plan.Seed, RandomStreams.Explained).Shuffle(drawn);
        return drawn.Take(MostSamples);
    }

    /// <summary>Null where nothing speaks for the class: such a map is zero everywhere and points nowhere.</summary>
    private ExplainedSample? Explained(Backbone network, Sample sample)
    {
        using var scope = NewDisposeScope();
        var pixels = new float[items.Layout.Pixels];
        items.ReadPixels(sample.Item, pixels);
        var image = NetworkInput.Images(pixels, 1, plan.Spec, compute.Device);
        var of = Called(network, image);
        var map = Explainer.Explain(network, image, of, plan.Spec.Explanation);
        var values = map.data<float>().ToArray();
        if (!values.Any(value => value > 0))
        {
            return null;
        }

        var (deletion, insertion) = Perturbation.Areas(network, image, map, of);
        var item = items.Items[sample.Item];
        return new ExplainedSample(
            item.HasLung ? Inside(values, mask => items.ReadLung(sample.Item, mask)) : null,
            item.Marked > 0 ? Inside(values, mask => items.ReadMask(sample.Item, mask)) : null,
            deletion, insertion);
    }

    private static long Called(Backbone network, Tensor image)
    {
        using var off = no_grad();
        return (long)network.call(image).argmax().ToDouble();
    }

    private static double? Inside(float[] map, Action<byte[]> read)
    {
        var mask = new byte[map.Length];
        read(mask);
        return EnergyShare.Inside(map, mask);
    }

    /// <param name="InLesion">Null of a sample without a lesion.</param>
    private sealed record ExplainedSample(double? InLung, double? InLesion, double Deletion, double Insertion);
}
