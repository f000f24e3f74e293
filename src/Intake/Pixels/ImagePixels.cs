using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Pixels;

/// <summary>What became of reading how an object's pixels are described.</summary>
internal abstract record ImagePixelsReading
{
    private ImagePixelsReading() { }

    internal sealed record Refused(RefusalCode Code) : ImagePixelsReading;

    internal sealed record Read(ImagePixels Image) : ImagePixelsReading;
}

/// <summary>The Image Pixel module (PS3.3 C.7.6.3), checked: sides and frames within their bounds, samples of 8 or 16 bits.</summary>
/// <param name="SamplesPerPixel">1, or 3 for colours.</param>
/// <param name="IsPlanar">Of colours, whether each has a plane of its own (Planar Configuration).</param>
/// <param name="Photometric">Photometric Interpretation, in capitals; empty where the object has none.</param>
internal sealed record ImagePixels(int Rows, int Columns, int Frames, int SamplesPerPixel, bool IsPlanar, string Photometric, PixelForm Form)
{
    private static readonly DicomTag SamplesPerPixelTag = new(0x0028, 0x0002);
    private static readonly DicomTag PhotometricTag = new(0x0028, 0x0004);
    private static readonly DicomTag PlanarTag = new(0x0028, 0x0006);
    private static readonly DicomTag FramesTag = new(0x0028, 0x0008);
    private static readonly DicomTag RowsTag = new(0x0028, 0x0010);
    private static readonly DicomTag ColumnsTag = new(0x0028, 0x0011);
    private static readonly DicomTag BitsAllocatedTag = new(0x0028, 0x0100);
    private static readonly DicomTag BitsStoredTag = new(0x0028, 0x0101);
    private static readonly DicomTag HighBitTag = new(0x0028, 0x0102);

    /// <summary>Bytes of a frame's samples.</summary>
    internal int FrameBytes => Rows * Columns * SamplesPerPixel * Form.Bytes;

    internal static ImagePixelsReading Read(DicomDataSet set)
    {
        var frames = set.Has(FramesTag) && set.Bytes(FramesTag) is { IsEmpty: false } ? set.Integer(FramesTag) : 1;
        return (set.Integer(RowsTag), set.Integer(ColumnsTag), frames, ReadForm(set)) switch
        {
            ( > IntakeProtocol.MaxSide, _, _, _) or (_, > IntakeProtocol.MaxSide, _, _) or (_, _, > DicomBounds.MaxFrames, _) => new ImagePixelsReading.Refused(RefusalCode.TooLarge),
            ({ } rows and > 0, { } columns and > 0, { } count and >= 0, { } form) => Read(set, rows, columns, Math.Max(1, count), form),
            _ => new ImagePixelsReading.Refused(RefusalCode.Damaged),
        };
    }

    private static ImagePixelsReading Read(DicomDataSet set, int rows, int columns, int frames, PixelForm form)
    {
        var samples = set.Integer(SamplesPerPixelTag) ?? 1;
        return samples is 1 or 3 && form.IsReadable
            ? new ImagePixelsReading.Read(new ImagePixels(rows, columns, frames, samples, set.Integer(PlanarTag) == 1, set.Code(PhotometricTag) ?? "", form))
            : new ImagePixelsReading.Refused(RefusalCode.UnsupportedPixels);
    }

    internal static PixelForm? ReadForm(DicomDataSet set) =>
        set.Integer(BitsAllocatedTag) is { } allocated && set.Integer(BitsStoredTag) is { } stored
            ? new PixelForm(allocated, stored, set.Integer(HighBitTag) ?? stored - 1, set.Integer(DicomTags.PixelRepresentation) == 1)
            : null;
}
