using gdcm;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Intake;

namespace Scanlock.Intake;

/// <summary>What the worker takes from an object's header, and all it takes; what is absent or not of its form is null.</summary>
internal sealed record ObjectHeader
{
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

    internal static ObjectHeader Read(gdcm.File file)
    {
        var meta = new Elements(file.GetHeader());
        var data = new Elements(file.GetDataSet());
        var imageType = data.Codes(0x0008, 0x0008);
        return new ObjectHeader
        {
            SopClass = data.Uid(0x0008, 0x0016) ?? meta.Uid(0x0002, 0x0002),
            Modality = data.Code(0x0008, 0x0060),
            TransferSyntax = meta.Uid(0x0002, 0x0010),
            IsLocalizer = imageType.Contains("LOCALIZER", StringComparer.Ordinal),
            Frames = data.Integer(0x0028, 0x0008),
            Rows = data.UnsignedShort(0x0028, 0x0010),
            Columns = data.UnsignedShort(0x0028, 0x0011),
            SamplesPerPixel = data.UnsignedShort(0x0028, 0x0002),
            Photometric = data.Code(0x0028, 0x0004),
            Form = ReadForm(data),
            Rescale = ReadRescale(data),
            Padding = ReadPadding(data),
            Identifiers = ReadIdentifiers(meta, data),
            GantryTilt = data.Decimal(0x0018, 0x1120),
            Slice = ReadSlice(data, imageType),
        };
    }

    private static PixelForm? ReadForm(Elements data) =>
        data.UnsignedShort(0x0028, 0x0100) is { } allocated && data.UnsignedShort(0x0028, 0x0101) is { } stored
            ? new PixelForm(allocated, stored, data.UnsignedShort(0x0028, 0x0102) ?? stored - 1, data.UnsignedShort(0x0028, 0x0103) == 1)
            : null;

    private static Rescale? ReadRescale(Elements data)
    {
        var hasTable = data.Has(0x0028, 0x3000);
        var slope = data.Decimal(0x0028, 0x1053);
        var intercept = data.Decimal(0x0028, 0x1052);
        var isHounsfield = data.Code(0x0028, 0x1054) is null or "HU";
        return !hasTable && isHounsfield && slope is { } a && a != 0 && intercept is { } b ? new Rescale(a, b) : null;
    }

    private static Padding? ReadPadding(Elements data) =>
        data.UnsignedShort(0x0028, 0x0120) is { } value
            ? new Padding((ushort)value, (ushort)(data.UnsignedShort(0x0028, 0x0121) ?? value))
            : null;

    private static IntakeHead? ReadIdentifiers(Elements meta, Elements data)
    {
        var series = data.Uid(0x0020, 0x000e);
        var study = data.Uid(0x0020, 0x000d);
        var patient = data.Text(0x0010, 0x0020);
        return series is null || (patient ?? study) is null
            ? null
            : new IntakeHead(
                data.Uid(0x0008, 0x0016) ?? meta.Uid(0x0002, 0x0002), data.Uid(0x0008, 0x0018), series, study, data.Text(0x0008, 0x0050), patient, data.Text(0x0010, 0x0021));
    }

    private static SliceFacts ReadSlice(Elements data, IReadOnlyList<string> imageType)
    {
        var spacing = data.Decimals(0x0028, 0x0030, 2);
        var thickness = data.Decimal(0x0018, 0x0050) ?? 0;
        return new SliceFacts(
            data.Integer(0x0020, 0x0013),
            data.Decimals(0x0020, 0x0032, 3),
            data.Decimals(0x0020, 0x0037, 6),
            spacing is null ? null : [.. spacing, thickness],
            [.. imageType.Select(type => SampleRecord.KnownImageTypes.Contains(type, StringComparer.Ordinal) ? type : "OTHER")]);
    }
}
