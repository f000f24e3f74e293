using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Pixels;

/// <summary>What an object says of one of its frames.</summary>
/// <param name="Rescale">Null also where the frame has another unit than Hounsfield's, or is mapped by a table.</param>
/// <param name="GantryTilt">Degrees.</param>
internal sealed record FrameFacts(SliceFacts Slice, bool IsLocalizer, Rescale? Rescale, Padding? Padding, double? GantryTilt)
{
    private static readonly DicomTag Shared = new(0x5200, 0x9229);
    private static readonly DicomTag PerFrame = new(0x5200, 0x9230);

    // What a converter of single-frame objects knew no better place for (PS3.3 C.7.6.16.2.25 and 26).
    private static readonly DicomTag SharedConverted = new(0x0020, 0x9170);
    private static readonly DicomTag PerFrameConverted = new(0x0020, 0x9171);

    // The functional groups of CT (PS3.3 C.7.6.16.2, C.8.15.3).
    private static readonly DicomTag PixelMeasures = new(0x0028, 0x9110);
    private static readonly DicomTag FrameContent = new(0x0020, 0x9111);
    private static readonly DicomTag PlanePosition = new(0x0020, 0x9113);
    private static readonly DicomTag PlaneOrientation = new(0x0020, 0x9116);
    private static readonly DicomTag PixelValueTransformation = new(0x0028, 0x9145);
    private static readonly DicomTag CtAcquisitionDetails = new(0x0018, 0x9304);
    private static readonly DicomTag CtImageFrameType = new(0x0018, 0x9329);

    private static readonly DicomTag ImageType = new(0x0008, 0x0008);
    private static readonly DicomTag FrameType = new(0x0008, 0x9007);
    private static readonly DicomTag SliceThickness = new(0x0018, 0x0050);
    private static readonly DicomTag Tilt = new(0x0018, 0x1120);
    private static readonly DicomTag InstanceNumber = new(0x0020, 0x0013);
    private static readonly DicomTag ImagePosition = new(0x0020, 0x0032);
    private static readonly DicomTag ImageOrientation = new(0x0020, 0x0037);
    private static readonly DicomTag InStackPosition = new(0x0020, 0x9057);
    private static readonly DicomTag PixelSpacing = new(0x0028, 0x0030);
    private static readonly DicomTag PixelPadding = new(0x0028, 0x0120);
    private static readonly DicomTag PixelPaddingLimit = new(0x0028, 0x0121);
    private static readonly DicomTag RescaleIntercept = new(0x0028, 0x1052);
    private static readonly DicomTag RescaleSlope = new(0x0028, 0x1053);
    private static readonly DicomTag RescaleType = new(0x0028, 0x1054);
    private static readonly DicomTag ModalityLut = new(0x0028, 0x3000);
    private static readonly DicomTag GridFrameOffsets = new(0x3004, 0x000c);

    /// <summary>
    /// Of enhanced objects each fact is the frame's own, else the one all frames share (PS3.3 C.7.6.16.1.1); of others it is the object's, and
    /// of several frames there all but the first lie where the Grid Frame Offset Vector says (PS3.3 C.8.8.3.2), or nobody knows where.
    /// </summary>
    /// <param name="frame">From 0.</param>
    /// <param name="frames">How many the object has.</param>
    internal static FrameFacts Of(DicomDataSet set, int frame, int frames)
    {
        var own = set.Items(PerFrame) is var items && frame < items.Count ? items[frame] : null;
        var groups = new Groups(set, own, set.Items(Shared) is [var shared, ..] ? shared : null);
        var types = groups.Find(CtImageFrameType, FrameType)?.Codes(FrameType) ?? set.Codes(ImageType);
        var spacing = groups.Find(PixelMeasures, PixelSpacing)?.Decimals(PixelSpacing, 2);
        var thickness = groups.Find(PixelMeasures, SliceThickness)?.Decimal(SliceThickness) ?? 0;
        var orientation = groups.Find(PlaneOrientation, ImageOrientation)?.Decimals(ImageOrientation, 6);
        var slice = new SliceFacts(
            frames == 1 ? set.Integer(InstanceNumber) : groups.Find(FrameContent, InStackPosition)?.Integer(InStackPosition) ?? frame + 1,
            Position(groups, set, orientation, frame, frames),
            orientation,
            spacing is null ? null : [.. spacing, thickness],
            [.. types.Select(type => SampleRecord.KnownImageTypes.Contains(type, StringComparer.Ordinal) ? type : "OTHER")]);
        return new FrameFacts(
            slice, types.Contains("LOCALIZER", StringComparer.Ordinal), ReadRescale(groups, set), ReadPadding(set), groups.Find(CtAcquisitionDetails, Tilt)?.Decimal(Tilt));
    }

    private static IReadOnlyList<double>? Position(Groups groups, DicomDataSet set, IReadOnlyList<double>? orientation, int frame, int frames)
    {
        var position = groups.Find(PlanePosition, ImagePosition) is { } found && (frames == 1 || found != set || frame == 0) ? found.Decimals(ImagePosition, 3) : null;
        if (position is not null || frames == 1)
        {
            return position;
        }

        var offsets = set.Decimals(GridFrameOffsets, frames);
        if (offsets is null || orientation is not [var rowX, var rowY, var rowZ, var columnX, var columnY, var columnZ] || set.Decimals(ImagePosition, 3) is not [var x, var y, var z])
        {
            return null;
        }

        var along = offsets[frame] - offsets[0];
        return
        [
            x + (along * ((rowY * columnZ) - (rowZ * columnY))), y + (along * ((rowZ * columnX) - (rowX * columnZ))), z + (along * ((rowX * columnY) - (rowY * columnX))),
        ];
    }

    private static Rescale? ReadRescale(Groups groups, DicomDataSet set)
    {
        var slope = groups.Find(PixelValueTransformation, RescaleSlope)?.Decimal(RescaleSlope);
        var intercept = groups.Find(PixelValueTransformation, RescaleIntercept)?.Decimal(RescaleIntercept);
        var isHounsfield = groups.Find(PixelValueTransformation, RescaleType)?.Code(RescaleType) is null or "HU";
        return !set.Has(ModalityLut) && isHounsfield && slope is { } a && a != 0 && intercept is { } b ? new Rescale(a, b) : null;
    }

    private static Padding? ReadPadding(DicomDataSet set) =>
        set.Word(PixelPadding) is { } value ? new Padding(value, set.Word(PixelPaddingLimit) ?? value) : null;

    /// <summary>Where a frame's facts can stand, the closest first.</summary>
    private sealed record Groups(DicomDataSet Set, DicomDataSet? Own, DicomDataSet? Common)
    {
        internal DicomDataSet? Find(DicomTag group, DicomTag fact)
        {
            ReadOnlySpan<DicomDataSet?> places =
            [
                First(Own, group), First(Own, PerFrameConverted), First(Common, group), First(Common, SharedConverted), Set,
            ];
            foreach (var place in places)
            {
                if (place?.Has(fact) == true)
                {
                    return place;
                }
            }

            return null;
        }

        private static DicomDataSet? First(DicomDataSet? item, DicomTag sequence) => item?.Items(sequence) is [var first, ..] ? first : null;
    }
}
