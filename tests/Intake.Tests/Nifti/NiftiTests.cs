using System.Text.Json;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Tests.Masks;
using Scanlock.IntakeWorkers;

namespace Scanlock.Intake.Tests.Nifti;

/// <summary>Volumes become slices as DICOM would have them, and what is none is refused.</summary>
public sealed class NiftiTests(MaskFiles files) : IClassFixture<MaskFiles>
{
    [Theory]
    [InlineData("int16.nii.gz")]
    [InlineData("uint16.nii")]
    [InlineData("float32.nii.gz")]
    [InlineData("int32.nii")]
    [InlineData("float64.nii")]
    [InlineData("two-int16.nii.gz")]
    [InlineData("two-uint16.nii")]
    [InlineData("two-float32.nii.gz")]
    [InlineData("two-int32.nii")]
    [InlineData("two-float64.nii")]
    public async Task A_volume_of_any_number_type_comes_slice_by_slice_in_units_and_patient_coordinates(string file)
    {
        var examined = await ExamineAsync(file);
        var expected = files.Expected("volume");

        Assert.Equal("accepted", examined.Code);
        Assert.Equal(IntakeHead.OfVolume, examined.Received.Head);
        foreach (var ((sample, pixels), slice) in examined.Received.Samples.Zip(expected.GetProperty("slices").EnumerateArray(), (one, other) => (one, other)))
        {
            Assert.Equal(Numbers(slice, "units"), Units(pixels));
            Assert.Equal((4, 3), (sample.Rows, sample.Columns));
            Close(Numbers(slice, "position"), sample.Slice.Position!);
            Close(Numbers(expected, "orientation"), sample.Slice.Orientation!);
            Close(Numbers(expected, "spacing"), sample.Slice.Spacing!);
        }

        Assert.Equal(5, examined.Received.Samples.Count);
        Assert.Equal([1, 2, 3, 4, 5], examined.Received.Samples.Select(sample => sample.Sample.Slice.SliceIndex!.Value));
    }

    [Theory]
    [InlineData("turned.nii")]
    [InlineData("two-turned.nii")]
    public async Task A_quaternion_says_as_much_as_a_matrix(string file)
    {
        var (sample, pixels) = (await ExamineAsync(file)).Received.Samples[0];
        var expected = files.Expected("turned");

        Close(Numbers(expected, "position"), sample.Slice.Position!);
        Close(Numbers(expected, "spacing"), sample.Slice.Spacing!);
        Assert.Equal(Numbers(expected, "first"), Units(pixels));
    }

    [Fact]
    public async Task A_mask_of_a_volume_says_the_slices_it_marks_where_they_lie()
    {
        var examined = await ExamineAsync("mask.nii.gz", isMask: true);
        var (mask, _) = Assert.Single(examined.Received.Masks);

        Assert.Empty(examined.Received.Samples);
        Close([-30.0, 38.5, 14.5], mask.Facts.Position!);

        // Voxel (1, 2): its row is the third, for the first axis runs to the front, its column the third.
        Assert.Equal("000000001000", DicomMaskTests.Bits(examined.Received.Masks[0]));
    }

    [Fact]
    public async Task A_mask_that_marks_nothing_says_so_by_one_empty_slice() =>
        Assert.Equal("000000000000", DicomMaskTests.Bits(Assert.Single((await ExamineAsync("empty.nii.gz", isMask: true)).Received.Masks)));

    [Theory]
    [InlineData("coronal.nii", "not-axial")]
    [InlineData("sheared.nii", "no-geometry")]
    [InlineData("metres.nii", "no-geometry")]
    [InlineData("lying-more.nii", "damaged")]
    [InlineData("lying-less.nii.gz", "damaged")]
    [InlineData("negative.nii", "damaged")]
    [InlineData("huge.nii", "too-large")]
    [InlineData("two-long.nii", "too-large")]
    [InlineData("two-negative.nii", "damaged")]
    [InlineData("two-early.nii.gz", "damaged")]
    [InlineData("two-cut.nii", "damaged")]
    [InlineData("two-translated.nii", "not-dicom")]
    [InlineData("bomb.nii.gz", "too-large")]
    [InlineData("not-ct.nii.gz", "not-hounsfield")]
    [InlineData("nan.nii", "not-hounsfield")]
    public async Task What_lies_or_cannot_be_a_scan_is_refused_with_the_reason(string file, string code) => Assert.Equal(code, (await ExamineAsync(file)).Code);

    [Fact]
    public async Task Gzip_of_anything_else_and_a_preamble_that_looks_like_it_are_told_apart()
    {
        var path = files.At("seg.dcm");
        await using var pool = Workers.Start();
        using var zipped = new MemoryStream();
        await using (var gzip = new System.IO.Compression.GZipStream(zipped, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(await File.ReadAllBytesAsync(path));
        }

        Assert.Equal("not-dicom", (await pool.ExamineAsync(zipped.ToArray())).Code);
        var polyglot = new TestObject().ToFile();
        new byte[] { 0x1f, 0x8b, 0x08 }.CopyTo(polyglot, 0);
        Assert.Equal("accepted", (await pool.ExamineAsync(polyglot)).Code);
    }

    [Fact]
    public async Task A_volume_is_no_mask_unless_its_sender_says_so_and_DICOM_never_a_volumes()
    {
        Assert.Empty((await ExamineAsync("mask.nii.gz")).Received.Masks);
        var examined = await ExamineAsync("seg.dcm", isMask: true);
        Assert.Equal("no-mask", examined.Code);
        Assert.IsType<IntakeOutcome.Refused>(examined.Outcome);
    }

    private async Task<Examined> ExamineAsync(string file, bool isMask = false)
    {
        await using var content = File.OpenRead(files.At(file));
        await using var pool = Workers.Start();
        return await pool.ExamineAsync(content, isMask ? new MaskTask([], OfVolume: true) : null);
    }

    private static double[] Numbers(JsonElement of, string name) => [.. of.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];

    private static double[] Units(byte[] pixels) => [.. Enumerable.Range(0, pixels.Length / 2).Select(index => (double)BitConverter.ToInt16(pixels, index * 2))];

    private static void Close(IReadOnlyList<double> expected, IReadOnlyList<double> actual) =>
        Assert.All(expected.Zip(actual, (one, other) => one - other), difference => Assert.InRange(difference, -1e-4, 1e-4));
}
