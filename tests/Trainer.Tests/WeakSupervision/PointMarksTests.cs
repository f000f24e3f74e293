using Scanlock.Trainer.Augmenting;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Preparing;
using Scanlock.Trainer.Tests.Data;
using Scanlock.Trainer.WeakSupervision;

namespace Scanlock.Trainer.Tests.WeakSupervision;

public sealed class PointMarksTests
{
    private static readonly ItemLayout s_slice = new(8, 1);

    /// <summary>Two lesions, the first of two parts that touch at a corner.</summary>
    private const string TwoLesions = """
        11......
        11......
        ..1.....
        ........
        .....111
        .....111
        ........
        ........
        """;

    [Fact]
    public void Each_lesion_keeps_one_pixel_and_as_many_outside_are_marked()
    {
        var mask = Mask(TwoLesions);
        var marks = Keep(s_slice, mask, seed: 5, "key");

        Assert.Single(marks.Where((m, i) => m == PointMarks.Lesion && mask[i] == 1 && i < 32));
        Assert.Single(marks.Where((m, i) => m == PointMarks.Lesion && mask[i] == 1 && i >= 32));
        Assert.Equal(2, marks.Where((m, i) => m == PointMarks.Outside && mask[i] == 0).Count());
        Assert.Equal(60, marks.Count(m => m == 0));
    }

    [Fact]
    public void A_slice_without_lesion_has_one_point_and_one_that_is_all_lesion_none_outside()
    {
        Assert.Equal(1, Keep(s_slice, new byte[64], 5, "key").Sum(m => m));

        Assert.Equal([PointMarks.Lesion], Keep(s_slice, [.. Enumerable.Repeat((byte)1, 64)], 5, "key").Where(m => m > 0));
    }

    [Fact]
    public void Points_hang_on_seed_and_sample_alone_and_may_be_any_pixel()
    {
        Assert.Equal(Keep(s_slice, Mask(TwoLesions), 5, "key"), Keep(s_slice, Mask(TwoLesions), 5, "key"));
        Assert.NotEqual(Keep(s_slice, Mask(TwoLesions), 5, "key"), Keep(s_slice, Mask(TwoLesions), 6, "key"));
        Assert.NotEqual(Keep(s_slice, Mask(TwoLesions), 5, "key"), Keep(s_slice, Mask(TwoLesions), 5, "yek"));

        var seen = new HashSet<int>[] { [], [], [] };
        for (var sample = 0; sample < 2000; sample++)
        {
            foreach (var (i, mark) in Keep(s_slice, Mask(TwoLesions), 5, $"sample-{sample}").Index())
            {
                seen[mark].Add(i);
            }
        }

        Assert.Equal(11, seen[PointMarks.Lesion].Count);
        Assert.Equal(53, seen[PointMarks.Outside].Count);
    }

    [Fact]
    public void Points_are_those_of_drawing_one_after_the_other()
    {
        // Lesions in the corners of a grid, 49 of them, and points outside drawn and taken away one by one.
        const int side = 21;
        var mask = Enumerable.Range(0, side * side).Select(i => i % side % 3 == 0 && i / side % 3 == 0 ? (byte)1 : (byte)0).ToArray();

        var marks = Keep(new ItemLayout(side, 1), mask, 5, "key");

        var random = new DeterministicRandom(new DeterministicRandom(5, RandomStreams.Points).NextLong(), Fnv("key"));
        _ = mask.Where(m => m == 1).Select(_ => random.NextInt(1)).ToList();
        var outside = Enumerable.Range(0, mask.Length).Where(i => mask[i] == 0).ToList();
        var drawn = new SortedSet<int>();
        for (var point = 0; point < 49; point++)
        {
            var at = random.NextInt(outside.Count);
            drawn.Add(outside[at]);
            outside.RemoveAt(at);
        }

        Assert.Equal(drawn, marks.Index().Where(m => m.Item == PointMarks.Outside).Select(m => m.Index));

        static ulong Fnv(string key) => key.SelectMany(c => BitConverter.GetBytes(c)).Aggregate(0xCBF29CE484222325, (hash, b) => (hash ^ b) * 0x100000001B3);
    }

    [Fact]
    public void Of_very_many_lesions_some_are_clicked_on_anywhere_in_the_slice()
    {
        const int side = 128;
        var mask = Enumerable.Range(0, side * side).Select(i => i % side % 2 == 0 && i / side % 2 == 0 ? (byte)1 : (byte)0).ToArray();

        var marks = Keep(new ItemLayout(side, 1), mask, 5, "key");

        Assert.Equal(PointMarks.MostLesions, marks.Count(m => m == PointMarks.Outside));
        var lesions = marks.Index().Where(m => m.Item == PointMarks.Lesion).Select(m => m.Index).ToList();
        Assert.Equal(PointMarks.MostLesions, lesions.Count);
        Assert.All(lesions, i => Assert.Equal(1, mask[i]));
        Assert.InRange(lesions.Average(), mask.Length * 0.4, mask.Length * 0.6);
    }

    [Fact]
    public void A_lesion_of_a_volume_goes_through_its_slices()
    {
        var volume = new byte[4 * 3 * 16];
        foreach (var pixel in (int[])[0, 16, 32, 17, 64 + 15, 80 + 15])
        {
            volume[pixel] = 1;
        }

        Assert.Equal(2, Keep(new ItemLayout(4, 12), volume, 5, "key").Count(m => m == PointMarks.Lesion));
    }

    [Fact]
    public void Points_move_with_their_image_whatever_its_size_becomes()
    {
        const int side = 32;
        var by = PreparedSamples.NoAugmentation with { Flip = true, Rotate = 180, Scale = 0.5, Elastic = 0.02 };
        var augmenter = Augmenter.For(by, new ItemLayout(side, 1))!;
        var kept = 0;
        for (var seed = 0; seed < 100; seed++)
        {
            // What the point is of is a disc that stays in the image.
            var pixels = Enumerable.Range(0, side * side).Select(i => Math.Pow((i % side) - 14, 2) + Math.Pow((i / side) - 19, 2) < 26 ? 1f : 0).ToArray();
            var marks = new byte[side * side];
            marks[(19 * side) + 14] = PointMarks.Lesion;

            augmenter.Apply(new DeterministicRandom(seed, 1), pixels, marks, default, arePoints: true);

            var points = marks.Index().Where(m => m.Item > 0).ToList();
            kept += points.Count;
            Assert.All(points, p => Assert.True(p.Item == PointMarks.Lesion && pixels[p.Index] > 0.9f));
        }

        Assert.Equal(100, kept);
    }

    [Fact]
    public void A_point_that_leaves_the_image_is_gone()
    {
        var marks = Keep(s_slice, Mask(TwoLesions), 5, "key");
        using var map = new PlaneMap(8, [1, 0, 1, 0, 1, 0]);
        var moved = new byte[64];

        map.Points(marks, moved);

        // Shifted by half the side to the left: the left half is gone.
        Assert.Equal(Enumerable.Range(0, 64).Select(i => i % 8 < 4 ? marks[i + 4] : (byte)0), moved);
    }

    [Fact]
    public void A_loader_gives_each_sample_its_points_every_epoch_anew()
    {
        var image = Mask(TwoLesions).Select(m => (float)m).ToArray();
        var items = PreparedSamples.Of(8, 1, image, image);
        Sample[] samples = [new("a", "p", "s", 1, 0), new("b", "p", "s", 1, 1)];
        var loader = new Loader(items, samples, PreparedSamples.Spec(2), 5, BatchParts.Masks | BatchParts.Points);

        byte[][] seen = [.. Enumerable.Range(1, 4).SelectMany(epoch => loader.Epoch(epoch)).Select(b => b.Samples[0].Key == "a" ? b.Masks[..64] : b.Masks[64..])];

        Assert.Equal(4, seen.Length);
        Assert.All(seen, marks => Assert.Equal(Keep(s_slice, Mask(TwoLesions), 5, "a"), marks));
    }

    private static byte[] Keep(ItemLayout layout, byte[] mask, long seed, string key)
    {
        byte[] marks = [.. mask];
        new PointMarks(layout, seed).Keep(key, marks);
        return marks;
    }

    private static byte[] Mask(string drawing) => [.. drawing.Where(c => c is '1' or '.').Select(c => c == '1' ? (byte)1 : (byte)0)];
}
