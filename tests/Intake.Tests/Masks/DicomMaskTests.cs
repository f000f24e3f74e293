using Scanlock.Contracts.Intake;
using Scanlock.IntakeWorkers;

namespace Scanlock.Intake.Tests.Masks;

/// <summary>Masks come out of structure sets and segmentations as their makers meant them.</summary>
public sealed class DicomMaskTests(MaskFiles files) : IClassFixture<MaskFiles>
{
    [Fact]
    public async Task Contours_come_by_region_and_plane_with_the_images_they_name()
    {
        var masks = (await ExamineAsync("rt.dcm")).Received.Masks;

        Assert.Equal(
            [("1.2.3.4", "1.2.3.2", 2), (null, "1.2.3.2", 2), ("1.2.3.5", "1.2.3.2", 1)],
            masks.Select(mask => (mask.Mask.SopInstanceUid, mask.Mask.SeriesUid, MaskContent.ReadContours(mask.Content).Count)));
        Assert.Equal([-99.0, -99.0, 12.5], masks[1].Mask.Facts.Position!);
        Assert.Equal(
            [new(-99.7, -99.7, 10), new(-97.2, -99.7, 10), new(-97.2, -97.2, 10), new(-99.7, -97.2, 10)],
            MaskContent.ReadContours(masks[0].Content)[0]);
        Assert.All(masks, mask => Assert.Equal(MaskForm.Contours, mask.Mask.Facts.Form));
    }

    [Fact]
    public async Task Only_the_regions_asked_for_count()
    {
        var masks = (await ExamineAsync("rt.dcm", "gtv-1")).Received.Masks;

        Assert.Equal(["1.2.3.4", null], masks.Select(mask => mask.Mask.SopInstanceUid));
        Assert.Equal("no-mask", (await ExamineAsync("rt.dcm", "GTV-2")).Code);
    }

    [Theory]
    [InlineData("seg.dcm")]
    [InlineData("seg-deflated.dcm")]
    public async Task A_binary_segmentation_comes_bit_for_bit_across_byte_borders(string file)
    {
        var masks = (await ExamineAsync(file)).Received.Masks;

        Assert.Equal(files.Expected("seg").EnumerateArray().Select(frame => frame.GetString()), masks.Select(Bits));
        Assert.Equal(["1.2.3.4", "1.2.3.4", null, "1.2.3.5"], masks.Select(mask => mask.Mask.SopInstanceUid));
        Assert.Equal([-100, -90.5, 12.5], masks[2].Mask.Facts.Position!);
        Assert.Equal([1, 0, 0, 0, 1, 0], masks[2].Mask.Facts.Orientation!);
        Assert.Equal([0, 1, 2, 3], masks.Select(mask => mask.Mask.Number));
    }

    [Fact]
    public async Task Of_a_segmentation_only_the_segments_asked_for_count()
    {
        var masks = (await ExamineAsync("seg.dcm", "lung")).Received.Masks;
        var expected = files.Expected("seg").EnumerateArray().Select(frame => frame.GetString()).ToList();

        Assert.Equal([expected[1], expected[3]], masks.Select(Bits));
    }

    [Fact]
    public async Task Of_a_fractional_segmentation_half_and_more_is_marked() =>
        Assert.Equal(files.Expected("fractional").GetString(), Bits(Assert.Single((await ExamineAsync("seg-fractional.dcm")).Received.Masks)));

    [Fact]
    public async Task A_run_length_coded_segmentation_is_decoded_frame_by_frame() =>
        Assert.Equal(
            files.Expected("fractional-rle").EnumerateArray().Select(frame => frame.GetString()), (await ExamineAsync("seg-fractional-rle.dcm")).Received.Masks.Select(Bits));

    [Theory]
    [InlineData("seg-rle-bits.dcm", "unsupported-encoding")]
    [InlineData("rt-nan.dcm", "damaged")]
    [InlineData("rt-many.dcm", "too-large")]
    [InlineData("rt-none.dcm", "no-mask")]
    [InlineData("seg-frames.dcm", "damaged")]
    [InlineData("seg-short.dcm", "damaged")]
    public async Task What_lies_is_refused_with_the_reason(string file, string code)
    {
        var examined = await ExamineAsync(file);

        Assert.Equal(code, examined.Code);
        Assert.IsType<IntakeOutcome.Refused>(examined.Outcome);
    }

    private async Task<Examined> ExamineAsync(string file, params string[] regions)
    {
        await using var content = File.OpenRead(files.At(file));
        await using var pool = Workers.Start();
        return await pool.ExamineAsync(content, new MaskTask(regions, OfVolume: false));
    }

    internal static string Bits((IntakeMask Mask, byte[] Content) mask) =>
        string.Concat(Enumerable.Range(0, mask.Mask.Facts.Rows * mask.Mask.Facts.Columns).Select(pixel => MaskContent.IsMarked(mask.Content, pixel) ? '1' : '0'));
}
