using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;
using Scanlock.Intake.Pixels;

namespace Scanlock.Intake;

/// <summary>What the worker takes from an object's header, and all it takes; what is absent or not of its form is null.</summary>
internal sealed record ObjectHeader
{
    private static readonly DicomTag SopClassUid = new(0x0008, 0x0016);
    private static readonly DicomTag NumberOfFrames = new(0x0028, 0x0008);

    public string? SopClass { get; init; }

    public string? Modality { get; init; }

    public string? TransferSyntax { get; init; }

    public bool IsLocalizer { get; init; }

    public int? Frames { get; init; }

    public int? Rows { get; init; }

    public int? Columns { get; init; }

    public int? SamplesPerPixel { get; init; }

    public string? Photometric { get; init; }

    public PixelForm? Form { get; init; }

    /// <summary>Null also where the object names another unit than Hounsfield's, or maps by a table.</summary>
    public Rescale? Rescale { get; init; }

    public Padding? Padding { get; init; }

    /// <summary>Degrees.</summary>
    public double? GantryTilt { get; init; }

    /// <summary>Null unless the object says its series, and its patient or study.</summary>
    public IntakeHead? Identifiers { get; init; }

    public required SliceFacts Slice { get; init; }

    internal static ObjectHeader Read(DicomHeader header)
    {
        var data = header.DataSet;
        var frames = data.Integer(NumberOfFrames);
        var facts = FrameFacts.Of(data, 0, Math.Max(1, frames ?? 1));
        return new ObjectHeader
        {
            SopClass = data.Uid(SopClassUid) ?? header.Meta.Uid(DicomTags.MediaStorageSopClass),
            Modality = data.Code(new DicomTag(0x0008, 0x0060)),
            TransferSyntax = header.TransferSyntax,
            IsLocalizer = facts.IsLocalizer,
            Frames = frames,
            Rows = data.Integer(new DicomTag(0x0028, 0x0010)),
            Columns = data.Integer(new DicomTag(0x0028, 0x0011)),
            SamplesPerPixel = data.Integer(new DicomTag(0x0028, 0x0002)),
            Photometric = data.Code(new DicomTag(0x0028, 0x0004)),
            Form = ImagePixels.ReadForm(data),
            Rescale = facts.Rescale,
            Padding = facts.Padding,
            Identifiers = ReadIdentifiers(header),
            GantryTilt = facts.GantryTilt,
            Slice = facts.Slice,
        };
    }

    private static IntakeHead? ReadIdentifiers(DicomHeader header)
    {
        var data = header.DataSet;
        var series = data.Uid(new DicomTag(0x0020, 0x000e));
        var study = data.Uid(new DicomTag(0x0020, 0x000d));
        var patient = data.Text(new DicomTag(0x0010, 0x0020));
        return series is null || (patient ?? study) is null
            ? null
            : new IntakeHead(
                data.Uid(SopClassUid) ?? header.Meta.Uid(DicomTags.MediaStorageSopClass),
                data.Uid(new DicomTag(0x0008, 0x0018)),
                series,
                study,
                data.Text(new DicomTag(0x0008, 0x0050)),
                patient,
                data.Text(new DicomTag(0x0010, 0x0021)));
    }
}
