using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;
using Scanlock.Intake.Pixels;
using Scanlock.Intake.Tests.Dicom;

namespace Scanlock.Intake.Tests.Pixels;

/// <summary>Frames of every kind as grey, for the search for text.</summary>
public sealed class GreyLevelsTests
{
    [Fact]
    public void Grey_samples_are_their_own_levels_and_inverted_ones_the_other_way_round()
    {
        Assert.Equal([0, 5, 255], Levels("MONOCHROME2", 8, false, 1, false, 0, 5, 255));
        Assert.Equal([255, 250, 0], Levels("MONOCHROME1", 8, false, 1, false, 0, 5, 255));
        Assert.Equal([32766, 32769, 0], Levels("MONOCHROME2", 16, true, 1, false, 0xfe, 0xff, 1, 0, 0, 0x80));
        Assert.Equal([0, 1, 65535], Levels("MONOCHROME2", 16, false, 1, false, 0, 0, 1, 0, 0xff, 0xff));
    }

    [Fact]
    public void Colours_are_their_luminance_whichever_way_they_lie()
    {
        // White, red, and a blue: 0.299 and 0.114 of 255 and of 200.
        Assert.Equal([255, 76, 22], Levels("RGB", 8, false, 3, false, 255, 255, 255, 255, 0, 0, 0, 0, 200));
        Assert.Equal([255, 76, 22], Levels("RGB", 8, false, 3, true, 255, 255, 0, 255, 0, 0, 255, 0, 200));
        Assert.Equal([9, 8, 7], Levels("YBR_FULL", 8, false, 3, false, 9, 128, 128, 8, 0, 0, 7, 255, 1));
    }

    [Fact]
    public void A_palette_is_not_looked_into_however_long_it_says_it_is()
    {
        var image = Frames.Image(1, 1, 3, 8);
        byte[][] palette =
        [
            Raw.Explicit(0x00280004, "CS", "PALETTE COLOR "), Raw.Explicit(0x00281101, "US", 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
            Raw.Explicit(0x00281201, "OW", 1, 2), Raw.Explicit(0x00283000, "SQ", Raw.Item(Raw.Explicit(0x00283002, "US", 0, 0, 0, 0, 0xff, 0xff))),
        ];
        using var dicom = Assert.IsType<DicomOpening.Opened>(
            DicomReader.Open(new MemoryStream(Raw.Explicit([image, .. palette, Raw.Explicit(0x7fe00010, "OW", 1, 2, 3, 0)])))).Object;
        var frames = ObjectFrames.Open(dicom, "none").Frames!;
        var frame = Assert.IsType<FrameReading.Frame>(frames.Next());

        Assert.Equal([1, 2, 3], frame.Decoded.Samples.ToArray());
        Assert.Null(GreyLevels.Of(frame.Decoded, frames.Image));
        Assert.Null(FrameFacts.Of(dicom.Header.DataSet, 0, 1).Rescale);
        Assert.Equal(RefusalCode.UnsupportedPixels, Admission.Judge(CtOf(dicom.Header), hasPixels: true).Refused);
    }

    private static ObjectHeader CtOf(DicomHeader header) => ObjectHeader.Read(header) with { SopClass = "1.2.840.10008.5.1.4.1.1.2" };

    private static ushort[] Levels(string photometric, int bits, bool signed, int samples, bool planar, params byte[] bytes)
    {
        var form = new PixelForm(bits, bits, bits - 1, signed);
        return GreyLevels.Of(new DecodedFrame(0, bytes, form, planar), new ImagePixels(1, 3, 1, samples, planar, photometric, form))!;
    }
}
