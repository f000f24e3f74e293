using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;
using Scanlock.Intake.Pixels;

namespace Scanlock.Intake;

/// <summary>What the worker takes from an object's header to judge it by; what is absent or not of its form is null.</summary>
internal sealed record ObjectHeader
{
    private static readonly DicomTag s_sopClass = new(0x0008, 0x0016);
    private static readonly DicomTag s_numberOfFrames = new(0x0028, 0x0008);

    public string? SopClass { get; init; }

    /// <summary>
    /// Whether the file meta information names another class than the data set, which cannot both be right (PS3.10 7.1). Another instance is not
    /// looked for: de-identifiers and converters leave the old name there, and the data set's is the one that counts.
    /// </summary>
    public bool IsOfTwoClasses { get; init; }

    public string? Modality { get; init; }

    public string? TransferSyntax { get; init; }

    public bool IsLocalizer { get; init; }

    /// <summary>Whether it says that it is a screen's or a document's picture (PS3.3 C.7.6.1.1.2, C.8.6.1).</summary>
    public bool IsCapture { get; init; }

    /// <summary>Body Part Examined, in capitals and without blanks.</summary>
    public string? BodyPart { get; init; }

    /// <summary>Burned In Annotation: whether it says that there is text in its pixels.</summary>
    public bool SaysBurnedIn { get; init; }

    public int? Rows { get; init; }

    public int? Columns { get; init; }

    public int? SamplesPerPixel { get; init; }

    public string? Photometric { get; init; }

    public PixelForm? Form { get; init; }

    /// <summary>Whether its first frame can be told in Hounsfield units.</summary>
    public bool IsHounsfield { get; init; }

    /// <summary>Whose it is.</summary>
    public required IntakeHead Head { get; init; }

    /// <summary>Whether it says its series, and its patient or study.</summary>
    public bool CanBeGrouped => Head.SeriesUid is not null && (Head.PatientId ?? Head.StudyUid) is not null;

    internal static ObjectHeader Read(DicomHeader header)
    {
        var data = header.DataSet;
        var facts = FrameFacts.Of(data, 0, Math.Max(1, data.Integer(s_numberOfFrames) ?? 1));
        var types = data.Codes(new DicomTag(0x0008, 0x0008));
        var head = ReadHead(header);
        return new ObjectHeader
        {
            SopClass = head.SopClassUid,
            IsOfTwoClasses = (header.Meta.Uid(DicomTags.MediaStorageSopClass) ?? head.SopClassUid) != head.SopClassUid,
            Modality = data.Code(new DicomTag(0x0008, 0x0060)),
            TransferSyntax = header.TransferSyntax,
            IsLocalizer = facts.IsLocalizer,
            IsCapture = data.Code(new DicomTag(0x0008, 0x0064)) is not null || types.Any(type => type.Contains("SCREEN", StringComparison.Ordinal)),
            BodyPart = data.Code(new DicomTag(0x0018, 0x0015))?.Replace(" ", "", StringComparison.Ordinal),
            SaysBurnedIn = data.Code(new DicomTag(0x0028, 0x0301)) == "YES",
            Rows = data.Integer(new DicomTag(0x0028, 0x0010)),
            Columns = data.Integer(new DicomTag(0x0028, 0x0011)),
            SamplesPerPixel = data.Integer(new DicomTag(0x0028, 0x0002)),
            Photometric = data.Code(new DicomTag(0x0028, 0x0004)),
            Form = ImagePixels.ReadForm(data),
            IsHounsfield = facts.Rescale is not null,
            Head = head,
        };
    }

    private static IntakeHead ReadHead(DicomHeader header)
    {
        var data = header.DataSet;
        return new IntakeHead(
            data.Uid(s_sopClass) ?? header.Meta.Uid(DicomTags.MediaStorageSopClass),
            data.Uid(new DicomTag(0x0008, 0x0018)),
            data.Uid(new DicomTag(0x0020, 0x000e)),
            data.Uid(new DicomTag(0x0020, 0x000d)),
            data.Text(new DicomTag(0x0008, 0x0050)),
            data.Text(new DicomTag(0x0010, 0x0020)),
            data.Text(new DicomTag(0x0010, 0x0021)));
    }
}
