using Scanlock.Contracts.Datasets;
using Scanlock.Trainer.Preparing;

namespace Scanlock.Trainer.Tests.Data;

public sealed class LungMaskTests
{
    private const int Side = 256;

    [Fact]
    public void Both_lungs_are_found_with_the_vessels_in_them_and_nothing_else()
    {
        var slice = new Chest().Draw();

        var found = Mask(slice);

        var truth = slice.Select((_, i) => Chest.InLung(i)).ToArray();
        var both = found.Zip(truth).Count(p => p.First && p.Second);
        Assert.True(2.0 * both / (found.Count(f => f) + truth.Count(t => t)) > 0.98);
        Assert.True(Chest.Vessels().All(v => found[v]));
    }

    [Fact]
    public void A_lesion_at_the_wall_belongs_to_the_lung()
    {
        // Half a disc of 4 pixels' radius on the lung's left border: the ball, of 5, gets in by 2 only.
        var slice = new Chest { Lesion = true }.Draw();

        var found = Mask(slice);
        var lesion = Enumerable.Range(0, Side * Side).Where(Chest.InLesion).ToList();
        Assert.InRange(lesion.Count(i => found[i]), 0.5 * lesion.Count, lesion.Count);
    }

    [Fact]
    public void Windpipe_bowel_couch_and_padding_are_not_lung()
    {
        var plain = Mask(new Chest().Draw());

        Assert.Equal(plain, Mask(new Chest { Windpipe = true }.Draw()));
        Assert.Equal(plain, Mask(new Chest { Couch = true }.Draw()));
        Assert.Equal(plain, Mask(new Chest { Padding = true }.Draw()));
    }

    [Fact]
    public void A_lung_that_the_picture_cuts_into_is_kept()
    {
        // The right quarter of the picture is missing, and with it a part of one lung.
        var (whole, columns) = (new Chest().Draw(), Side * 3 / 4);
        var cut = Enumerable.Range(0, Side * columns).Select(i => whole[(i / columns * Side) + (i % columns)]).ToArray();

        var found = LungMask.Of(cut, Side, columns);

        Assert.True(found.Get(Side / 2, columns - 1));
        Assert.True(found.Get(Side / 2, (int)(0.3 * Side)));
    }

    [Fact]
    public void The_threshold_lies_half_way_between_the_two_means()
    {
        short[] slice = [.. Enumerable.Repeat((short)-900, 700), .. Enumerable.Repeat((short)40, 300)];

        Assert.Equal(-430, LungMask.Threshold(slice));
    }

    [Theory]
    [InlineData(0, 0.0, "Kept")]
    [InlineData(200_000, 0.0, "SmallArea")]
    [InlineData(0, 0.9, "LowRatio")]
    public void Too_little_lung_is_said_why(double area, double ratio, string verdict)
    {
        var lungs = LungMask.Of(new Chest().Draw(), Side, Side);

        Assert.Equal(verdict, new LungCriteria(area, ratio, 1).Judge(lungs).Verdict.ToString());
        Assert.Equal(SliceVerdict.NoLung, new LungCriteria(0, 0, 1).Judge(LungMask.Of(new short[Side * Side], Side, Side)).Verdict);
    }

    [Fact]
    public void The_limits_are_the_box_of_a_slice_of_512_and_lung_over_the_rest()
    {
        var lungs = new BitImage(256, 256);
        for (var row = 0; row < 50; row++)
        {
            lungs.Set(row, 0, 50);
        }

        // 50 x 50 of 256 x 256 is 100 x 100 of 512 x 512; 2500 of 65536 pixels are lung.
        Assert.Equal(SliceVerdict.Kept, new LungCriteria(10_000, 2500 / 63_036.0, 1).Judge(lungs).Verdict);
        Assert.Equal(SliceVerdict.SmallArea, new LungCriteria(10_001, 0, 1).Judge(lungs).Verdict);
        Assert.Equal(SliceVerdict.LowRatio, new LungCriteria(0, 0.0397, 1).Judge(lungs).Verdict);
        Assert.Equal(new Box(0, 0, 50, 50), new LungCriteria(0, 0, 1).Judge(lungs).Box);
    }

    [Theory]
    [InlineData("ORIGINAL PRIMARY AXIAL", null, true)]
    [InlineData("ORIGINAL PRIMARY AXIAL", "1 0 0 0 1 0", true)]
    [InlineData("ORIGINAL PRIMARY AXIAL", "1 0 0 0 0.87 0.5", true)]
    [InlineData("ORIGINAL PRIMARY AXIAL", "1 0 0 0 0 -1", false)]
    [InlineData("ORIGINAL PRIMARY OTHER", "1 0 0 0 1 0", true)]
    [InlineData("ORIGINAL PRIMARY OTHER", null, false)]
    [InlineData("ORIGINAL PRIMARY LOCALIZER", "1 0 0 0 1 0", false)]
    [InlineData("DERIVED SECONDARY AXIAL", "1 0 0 0 1 0", false)]
    [InlineData("", null, true)]
    [InlineData("", "0 1 0 0 0 -1", false)]
    public void Axial_originals_are_told_by_image_type_and_orientation(string type, string? orientation, bool axial)
    {
        var cosines = orientation?.Split(' ').Select(n => double.Parse(n, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        var record = new SampleRecord(1, "p", "s", null, null, cosines, null, type.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(axial, SliceGeometry.IsAxialOriginal(record));
    }

    private static bool[] Mask(short[] slice)
    {
        var bytes = new byte[slice.Length];
        LungMask.Of(slice, Side, Side).CopyTo(bytes);
        return [.. bytes.Select(b => b == 1)];
    }

    /// <summary>A chest of ellipses, noisy, with what else is dark in a CT slice.</summary>
    private sealed class Chest
    {
        internal bool Windpipe { get; init; }

        internal bool Couch { get; init; }

        internal bool Padding { get; init; }

        internal bool Lesion { get; init; }

        internal static bool InLung(int i) => Inside(i, 0.3, 0.5, 0.14, 0.28) || Inside(i, 0.7, 0.5, 0.14, 0.28);

        internal static bool InLesion(int i) => InLung(i) && Inside(i, 0.16, 0.5, 0.015, 0.015);

        internal static IEnumerable<int> Vessels() => Enumerable.Range(0, Side * Side).Where(i => Inside(i, 0.3, 0.5, 0.02, 0.02));

        internal short[] Draw()
        {
            var random = new DeterministicRandom(1, 1);
            var slice = new short[Side * Side];
            for (var i = 0; i < slice.Length; i++)
            {
                var lung = InLung(i) && !Inside(i, 0.3, 0.5, 0.02, 0.02) && !(Lesion && InLesion(i));
                var units = lung ? -850 : Inside(i, 0.5, 0.5, 0.45, 0.42) ? 30 : -1000;
                units = Windpipe && Inside(i, 0.5, 0.4, 0.03, 0.03) ? -1000 : units;

                // A shell and the air in it, from one side to the other.
                var depth = (i / Side) - (0.94 * Side) + (0.0004 * ((i % Side) - 128) * ((i % Side) - 128));
                units = Couch && depth is > -3 and < 0 ? 100 : units;
                units = Padding && !Inside(i, 0.5, 0.5, 0.5, 0.5) ? -3000 : units;
                slice[i] = (short)(units + random.NextWithin(60));
            }

            return slice;
        }

        private static bool Inside(int i, double cx, double cy, double rx, double ry) =>
            Math.Pow((((i % Side) + 0.5) / Side) - cx, 2) / (rx * rx) + (Math.Pow((((i / Side) + 0.5) / Side) - cy, 2) / (ry * ry)) < 1;
    }
}
