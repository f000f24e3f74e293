using FsCheck;
using FsCheck.Fluent;
using Scanlock.Gateway.Datasets.Sealing;

namespace Scanlock.Gateway.Tests.Storage;

public sealed class ShardPlanTests
{
    [Fact]
    public void Every_sample_lies_in_exactly_one_shard_whatever_was_kept()
    {
        var worlds = from samples in Gen.Choose(0, 60)
                     from before in Gen.Choose(0, samples)
                     from moved in Gen.Choose(0, 5)
                     from size in Gen.Choose(3000, 40_000)
                     select (samples, before, moved, size);
        Prop.ForAll(worlds.ToArbitrary(), world =>
        {
            var earlier = ShardPlan.Of(Samples(world.before, moved: 0), [], world.size).Packed
                .Select((shard, i) => new KnownShard($"shard-{i:00000}", [.. shard.Select(sample => (sample.Key, sample.Patient, sample.Mask))])).ToList();
            var now = Samples(world.samples, world.moved);
            var plan = ShardPlan.Of(now, earlier, world.size);
            var kept = earlier.Where(shard => plan.Kept.Contains(shard.Part)).ToList();
            var placed = kept.SelectMany(shard => shard.Samples).Concat(plan.Packed.SelectMany(shard => shard).Select(sample => (sample.Key, sample.Patient, sample.Mask)));
            return placed.Order().SequenceEqual(now.Select(sample => (sample.Key, sample.Patient, sample.Mask)).Order());
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Unchanged_samples_keep_every_shard()
    {
        var samples = Samples(50, moved: 0);
        var first = ShardPlan.Of(samples, [], 20_000);
        Assert.True(first.Packed.Count > 1);
        var known = first.Packed.Select((shard, i) => new KnownShard($"shard-{i:00000}", [.. shard.Select(sample => (sample.Key, sample.Patient, sample.Mask))])).ToList();
        var second = ShardPlan.Of(samples, known, 20_000);
        Assert.Equal(known.Select(shard => shard.Part), second.Kept);
        Assert.Empty(second.Packed);
    }

    [Fact]
    public void No_shard_is_larger_than_asked_unless_one_sample_is()
    {
        var plan = ShardPlan.Of([.. Samples(20, 0), new PlannedSample("zz", "p", null, 1_000_000)], [], 20_000);
        Assert.All(plan.Packed.Where(shard => shard.Count > 1), shard => Assert.True(shard.Sum(sample => sample.Bytes) <= 20_000));
    }

    private static List<PlannedSample> Samples(int count, int moved) =>
        [.. Enumerable.Range(0, count).Select(i => new PlannedSample($"{i:x4}", i < moved ? "another" : $"p{i / 3}", i % 5 == 0 ? $"m{i < 2 * moved}" : null, 700 + (i * 13)))];
}
