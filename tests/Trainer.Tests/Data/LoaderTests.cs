using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Preparing;

namespace Scanlock.Trainer.Tests.Data;

public sealed class LoaderTests
{
    private const int Side = 8;

    private static readonly Augmentation s_everything = new(Flip: true, 20, 0.1, 0.2, 0.05, 0.3, 0.05);

    [Fact]
    public void An_epoch_shows_each_sample_at_most_once_and_whole_batches_only()
    {
        var (items, samples) = PreparedSamples.Numbered(23, Side);
        using var memory = items;
        var loader = new Loader(items, samples, PreparedSamples.Spec(batch: 5), seed: 1);

        var first = Shown(loader, 1);
        var second = Shown(loader, 2);

        Assert.Equal(4, loader.StepsPerEpoch);
        Assert.Equal(20, first.Distinct().Count());
        Assert.NotEqual(first, second);
        Assert.Equal(first, Shown(new Loader(items, samples, PreparedSamples.Spec(batch: 5), seed: 1), 1));
        Assert.NotEqual(first, Shown(new Loader(items, samples, PreparedSamples.Spec(batch: 5), seed: 2), 1));
    }

    [Fact]
    public void Pixels_classes_and_samples_of_a_batch_belong_together()
    {
        var (items, samples) = PreparedSamples.Numbered(16, Side);
        using var memory = items;

        foreach (var batch in new Loader(items, samples, PreparedSamples.Spec(batch: 4), seed: 1).Epoch(1))
        {
            Assert.Equal(batch.Samples.Select(s => s.Item), Numbers(batch));
            Assert.Equal(batch.Samples.Select(s => (long)s.Class), batch.Classes);
        }
    }

    [Fact]
    public void In_order_every_sample_comes_once_as_it_is()
    {
        var (items, samples) = PreparedSamples.Numbered(11, Side);
        using var memory = items;
        var loader = new Loader(items, samples, PreparedSamples.Spec(batch: 4, s_everything), seed: 1);

        var batches = loader.InOrder(4).Select(b => (b.Count, Numbers: Numbers(b))).ToList();

        Assert.Equal([4, 4, 3], batches.Select(b => b.Count));
        Assert.Equal(Enumerable.Range(0, 11), batches.SelectMany(b => b.Numbers));
    }

    [Fact]
    [Trait("promise", "P12")]
    public async Task The_same_seed_and_epoch_augment_alike_whatever_else_the_machine_does()
    {
        var (items, samples) = PreparedSamples.Numbered(64, Side);
        using var memory = items;
        var spec = PreparedSamples.Spec(batch: 8, s_everything);
        var alone = Bytes(new Loader(items, samples, spec, seed: 3), 2);

        // Many at once, so that batches are made by other threads and in another order.
        var crowd = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Bytes(new Loader(items, samples, spec, seed: 3), 2))));

        Assert.All(crowd, again => Assert.Equal(alone, again));
        Assert.NotEqual(alone, Bytes(new Loader(items, samples, spec, seed: 3), 3));
    }

    [Fact]
    public void Balanced_sampling_shows_the_classes_equally_often_and_all_of_the_rarer()
    {
        var (items, all) = PreparedSamples.Numbered(60, Side);
        using var memory = items;
        Sample[] samples = [.. all.Select((s, i) => s with { Class = i % 6 == 0 ? 1 : 0 })];
        var loader = new Loader(items, samples, PreparedSamples.Spec(batch: 7) with { Sampling = "balanced" }, seed: 1);

        var shown = loader.Epoch(1).SelectMany(b => b.Samples.ToList()).ToList();

        Assert.Equal(56, shown.Count);
        Assert.Equal(28, shown.Count(s => s.Class == 1));
        Assert.Equal([2, 3], shown.Where(s => s.Class == 1).CountBy(s => s.Key).Select(c => c.Value).Distinct().Order());
        Assert.Equal(10, shown.Where(s => s.Class == 1).Distinct().Count());
        Assert.Equal(28, shown.Where(s => s.Class == 0).Distinct().Count());
    }

    [Fact]
    public void Each_view_of_a_sample_is_augmented_by_itself()
    {
        var random = new DeterministicRandom(1, 1);
        using var items = PreparedSamples.Of(Side, 1, [.. Enumerable.Range(0, 4).Select(_ => Enumerable.Range(0, Side * Side).Select(_ => (float)random.NextDouble()).ToArray())]);
        Sample[] samples = [.. items.Items.Select((item, i) => new Sample(item.Key, item.Patient, item.Series, 0, i))];
        var loader = new Loader(items, samples, PreparedSamples.Spec(batch: 4, PreparedSamples.NoAugmentation with { Rotate = 40 }), 1, views: 2);

        var batch = loader.Epoch(1).Single();

        Assert.Equal(2 * 4 * Side * Side, batch.Pixels.Length);
        Assert.Equal(8, batch.Pixels.Chunk(Side * Side).Select(p => string.Join(' ', p)).Distinct().Count());
    }

    [Fact]
    public void Masks_come_along_where_they_are_asked_for()
    {
        using var items = PreparedSamples.Of(Side, 1, [.. Enumerable.Range(0, 4).Select(i => Enumerable.Range(0, Side * Side).Select(p => p % 4 == i ? 1f : 0).ToArray())]);
        Sample[] samples = [.. items.Items.Select((item, i) => new Sample(item.Key, item.Patient, item.Series, 0, i))];

        var with = new Loader(items, samples, PreparedSamples.Spec(batch: 4), 1, BatchParts.Masks).Epoch(1).Single();
        var without = new Loader(items, samples, PreparedSamples.Spec(batch: 4), 1).Epoch(1).Single();

        Assert.Equal(with.Pixels, with.Masks.Select(m => (float)m));
        Assert.Empty(without.Masks);
        Assert.Empty(with.Lungs);
    }

    [Fact]
    public void An_epoch_left_early_ends_and_the_next_is_whole()
    {
        var (items, samples) = PreparedSamples.Numbered(1000, Side);
        using var memory = items;
        var loader = new Loader(items, samples, PreparedSamples.Spec(batch: 1), seed: 1);

        Assert.Single(loader.Epoch(1).Take(1));
        Assert.Equal(1000, loader.Epoch(2).Count());
        Assert.True(loader.WaitSeconds > 0);
    }

    private static List<int> Shown(Loader loader, int epoch) => [.. loader.Epoch(epoch).SelectMany(Numbers)];

    private static List<int> Numbers(Batch batch) => [.. batch.Pixels.Chunk(Side * Side).Select(p => (int)MathF.Round(p[0] * ItemLayout.White) - 1)];

    private static List<float> Bytes(Loader loader, int epoch) => [.. loader.Epoch(epoch).SelectMany(b => b.Pixels.ToList())];
}
