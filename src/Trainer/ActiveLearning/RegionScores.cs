using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Evaluation;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Training;

namespace Scanlock.Trainer.ActiveLearning;

/// <summary>Finds where a label would teach most: numbers and pseudonymous sample keys, nothing of the images.</summary>
internal static class RegionScores
{
    /// <summary>Or fewer; not the spec's, so that scores do not hang on it.</summary>
    private const int MostAtOnce = 16;

    /// <summary>Of the slices that were evaluated and of those that have no label or mask; null where the spec asks for none.</summary>
    internal static ActiveMetrics? Of(TrialPlan plan, Dataset data, IReadOnlyList<Sample> evaluated, Architecture network, Device device) =>
        plan.Spec.Active.Passes == 0
            ? null
            : Of(network, new Loader(data.Items, [.. evaluated, .. data.Candidates], plan.Spec, plan.Seed, threads: plan.Threads), plan.Spec, plan.Seed, device);

    /// <summary>The same for the same seed, as long as libtorch computes on the processor.</summary>
    internal static ActiveMetrics Of(Architecture network, Loader samples, TrialSpec spec, long seed, Device device)
    {
        var (passes, grid, most) = spec.Active;
        manual_seed(new DeterministicRandom(seed, RandomStreams.Regions).NextLong());
        var ranking = new RegionRanking(most);
        foreach (var batch in samples.InOrder(Math.Min(MostAtOnce, Evaluator.BatchSize(spec))))
        {
            using var scope = NewDisposeScope();
            var seen = DropoutPasses.Of(network, NetworkInput.Images(batch.Pixels, batch.Count, spec, device), passes);
            Add(ranking, batch.Samples, Regions(seen.Entropy, grid), Regions(seen.Bald, grid));
        }

        return new ActiveMetrics(passes, grid, ranking.Best);
    }

    /// <summary>
    /// The mean over each region, [N, grid, grid]; of what is one number for a sample, that number as [N, 1, 1]. Where the grid does not
    /// divide the side, regions differ by a pixel.
    /// </summary>
    /// <param name="maps">[N] or [N, 1, side, side].</param>
    internal static Tensor Regions(Tensor maps, int grid)
    {
        var sizes = maps.shape;
        if (sizes.Length == 1)
        {
            return maps.reshape(sizes[0], 1, 1);
        }

        var side = sizes[^1];
        var means = Means(side, grid).to(maps.device);
        return means.matmul(maps.squeeze(1)).matmul(means.transpose(0, 1));
    }

    /// <summary>[grid, side]: each row takes the mean of its stretch.</summary>
    private static Tensor Means(long side, int grid)
    {
        var shares = new double[grid * side];
        for (var region = 0; region < grid; region++)
        {
            var (begin, end) = (region * side / grid, (region + 1) * side / grid);
            shares.AsSpan((int)((region * side) + begin), (int)(end - begin)).Fill(1.0 / (end - begin));
        }

        return tensor(shares, [grid, side]);
    }

    private static void Add(RegionRanking ranking, IReadOnlyList<Sample> samples, Tensor entropy, Tensor bald)
    {
        var (side, entropies, balds) = (entropy.shape[^1], entropy.data<double>().ToArray(), bald.data<double>().ToArray());
        for (var i = 0; i < entropies.Length; i++)
        {
            var (sample, row, column) = (i / (side * side), i / side % side, i % side);
            ranking.Add(new RegionScore(samples[(int)sample].Key, (int)row, (int)column, entropies[i], balds[i]));
        }
    }
}
