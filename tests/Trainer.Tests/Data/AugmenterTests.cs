using Scanlock.LibTorch;
using Scanlock.Trainer.Augmenting;
using Scanlock.Trainer.Preparing;
using static Scanlock.LibTorch.torch;

namespace Scanlock.Trainer.Tests.Data;

public sealed class AugmenterTests
{
    private const int Side = 24;

    [Fact]
    public void Without_augmentation_there_is_none() => Assert.Null(Augmenter.For(PreparedSamples.NoAugmentation, new ItemLayout(Side, 1)));

    [Fact]
    public void The_plane_is_resampled_as_libtorch_samples_a_grid()
    {
        Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);
        var random = new DeterministicRandom(1, 1);
        var sampler = AffineSampler.For(PreparedSamples.NoAugmentation with { Flip = true, Rotate = 180, Shift = 0.3, Scale = 0.5 })!;
        var image = Noise(random, Side * Side);
        var ours = new float[Side * Side];
        var affine = new float[AffineSampler.Numbers];
        for (var i = 0; i < 20; i++)
        {
            sampler.Draw(random, affine);
            using var map = new PlaneMap(Side, affine);
            map.Bilinear(image, ours);

            using var scope = NewDisposeScope();
            var grid = nn.functional.affine_grid(tensor(affine, [1, 2, 3]), [1, 1, Side, Side]);
            var theirs = nn.functional.grid_sample(tensor(image, [1, 1, Side, Side]), grid).data<float>().ToArray();
            Assert.All(ours.Zip(theirs), pair => Assert.Equal(pair.Second, pair.First, 2e-5f));
        }
    }

    [Fact]
    public void A_mask_moves_with_its_image_and_stays_a_mask()
    {
        var by = PreparedSamples.NoAugmentation with { Flip = true, Rotate = 90, Shift = 0.2, Scale = 0.2, Elastic = 0.1 };
        var augmenter = Augmenter.For(by, new ItemLayout(Side, 1))!;
        var disc = Enumerable.Range(0, Side * Side).Select(i => Math.Pow((i % Side) - 9, 2) + Math.Pow((i / Side) - 14, 2) < 30).ToArray();
        for (var seed = 0; seed < 20; seed++)
        {
            var pixels = disc.Select(inside => inside ? 1f : 0).ToArray();
            var mask = disc.Select(inside => inside ? (byte)1 : (byte)0).ToArray();

            augmenter.Apply(new DeterministicRandom(seed, 1), pixels, mask, default);

            Assert.All(mask, m => Assert.InRange(m, 0, 1));
            Assert.All(pixels.Zip(mask), pair => Assert.True(pair.First < 0.99f || pair.Second == 1));
            Assert.All(pixels.Zip(mask), pair => Assert.True(pair.First > 0.01f || pair.Second == 0));
        }
    }

    [Fact]
    public void The_slices_of_a_volume_move_alike()
    {
        var slice = Noise(new DeterministicRandom(2, 1), Side * Side);
        float[] volume = [.. slice, .. slice, .. slice];

        Augmenter.For(PreparedSamples.NoAugmentation with { Rotate = 90, Elastic = 0.1 }, new ItemLayout(Side, 3))!
            .Apply(new DeterministicRandom(3, 1), volume, default, default);

        Assert.NotEqual(slice, volume[..(Side * Side)]);
        Assert.All(volume.Chunk(Side * Side), part => Assert.Equal(volume[..(Side * Side)], part));
    }

    [Fact]
    public void An_elastic_displacement_is_smooth_as_long_as_asked_for_at_most_and_centred_on_nothing()
    {
        const int side = 64;
        var random = new DeterministicRandom(4, 1);
        var (sum, longest) = (0.0, 0f);
        for (var i = 0; i < 200; i++)
        {
            var field = new float[side * side];
            ElasticField.Add(random, side, 5, field);
            longest = Math.Max(longest, field.Max(Math.Abs));
            sum += field.Average();

            // Neighbours differ by far less than the amplitude: tissue bends and does not tear.
            Assert.All(Enumerable.Range(0, side * (side - 1)), p => Assert.InRange(Math.Abs(field[p + side] - field[p]), 0, 5f / 4));
        }

        Assert.InRange(longest, 2.5f, 5);
        Assert.InRange(sum / 200, -0.25, 0.25);
    }

    [Fact]
    public void Noise_has_the_deviation_asked_for_and_gamma_keeps_black_and_white()
    {
        var grey = Enumerable.Repeat(0.5f, 100_001).ToArray();
        GreyLevels.AddNoise(grey, 0.05f, new DeterministicRandom(5, 1));
        Assert.Equal(0.5, grey.Average(), 1e-3);
        Assert.Equal(0.05, Math.Sqrt(grey.Average(g => Math.Pow(g - 0.5, 2))), 1e-3);

        float[] levels = [0, 0.25f, 1];
        GreyLevels.Raise(levels, 0.5f);
        Assert.Equal([0, 0.5f, 1], levels);
    }

    private static float[] Noise(DeterministicRandom random, int count) => [.. Enumerable.Range(0, count).Select(_ => (float)random.NextDouble())];
}
