using System.Runtime.InteropServices;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Preparing;

namespace Scanlock.Trainer.Tests.Data;

public sealed class SlicePreparationTests
{
    private static readonly HuWindow s_lung = new(-500, 1500);

    [Fact]
    public void The_window_maps_its_edges_to_black_and_white_and_clips_beyond()
    {
        var prepared = Prepare(s_lung, 3, [-3000, -1250, -500, 250, 3000, 250, -1250, -500, -1250], 3, 3);

        Assert.Equal([0, 0, 0.5f, 1, 1, 1, 0, 0.5f, 0], prepared);
    }

    [Fact]
    public void Halving_a_constant_image_keeps_it()
    {
        Assert.All(Prepare(s_lung, 16, [.. Enumerable.Repeat((short)-500, 33 * 47)], 33, 47), p => Assert.Equal(0.5f, p, 1e-6f));
    }

    [Fact]
    public void Shrinking_averages_what_it_shrinks()
    {
        // Stripes one pixel wide, black and white: whoever picks single pixels sees only one of them.
        var stripes = Enumerable.Range(0, 64 * 64).Select(i => (short)(i % 2 == 0 ? -1250 : 250)).ToArray();

        Assert.All(Prepare(s_lung, 16, stripes, 64, 64), p => Assert.InRange(p, 0.4f, 0.6f));
    }

    [Fact]
    public void Enlarging_interpolates_between_pixel_centres()
    {
        // As PyTorch's bilinear interpolation without aligned corners does.
        Assert.Equal([0, 0.25f, 0.75f, 1], Prepare(s_lung, 4, [-1250, 250, -1250, 250], 2, 2)[..4]);
    }

    [Fact]
    public void Rows_and_columns_are_not_confused()
    {
        short[] image = [-1250, -1250, 250, 250, -1250, -1250, 250, 250];

        Assert.Equal([0, 1, 0, 1], Prepare(s_lung, 2, image, 2, 4).Select(p => MathF.Round(p)));
    }

    [Fact]
    public void A_box_is_prepared_as_if_it_were_the_image()
    {
        var random = new DeterministicRandom(5, 5);
        var whole = Enumerable.Range(0, 40 * 30).Select(_ => (short)random.NextWithin(1000)).ToArray();
        var part = Enumerable.Range(0, 20 * 11).Select(i => whole[((7 + (i / 11)) * 30) + 9 + (i % 11)]).ToArray();
        var prepared = new float[16 * 16];

        new SlicePreparation(s_lung, 16).Prepare(Image(whole, 40, 30), new Box(7, 9, 20, 11), prepared);

        Assert.Equal(Prepare(s_lung, 16, part, 20, 11), prepared);
    }

    [Fact]
    public void Half_a_mask_or_more_makes_a_marked_pixel()
    {
        byte[] mask = [1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        var shares = new float[4];
        new SlicePreparation(s_lung, 2).PrepareMask(mask, 4, new Box(0, 0, 4, 4), shares);
        var bits = new byte[1];

        Assert.Equal(1, ItemLayout.PackMask(shares, bits));
        Assert.Equal(1, bits[0]);
        Assert.True(shares[0] is >= 0.5f and < 1 && shares[1] < 0.5f && shares[2] < 0.5f && shares[3] == 0);
    }

    private static NpyImage Image(short[] units, int rows, int columns) =>
        new(NpyElement.Hounsfield, rows, columns, MemoryMarshal.AsBytes(units.AsSpan()).ToArray());

    private static float[] Prepare(HuWindow window, int size, short[] units, int rows, int columns)
    {
        var prepared = new float[size * size];
        new SlicePreparation(window, size).Prepare(Image(units, rows, columns), new Box(0, 0, rows, columns), prepared);
        return prepared;
    }
}
