using System.Text.RegularExpressions;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Intake;

namespace Scanlock.IntakeWorkers;

/// <summary>
/// Whether what a worker says is what an honest worker says. An object can break into the decoder, and what the worker then says must
/// not carry more into a sample than a sample holds (P3).
/// </summary>
internal static partial class AnswerCheck
{
    private const int MaxImageTypes = 16;

    internal static bool IsSound(IntakeVerdict verdict, long ordinal, bool hasHead) =>
        verdict.Ordinal == ordinal && IsSound(verdict.Report) && verdict switch
        {
            { Refused: { } code, Quarantined: null } => Enum.IsDefined(code),
            { Refused: null, Quarantined: { } code } => Enum.IsDefined(code),
            { Refused: null, Quarantined: null } => hasHead,
            _ => false,
        };

    internal static bool IsSound(IntakeHead head) =>
        IsTextOrNull(head.SopClassUid) && IsTextOrNull(head.SopInstanceUid) && IsTextOrNull(head.SeriesUid) && IsTextOrNull(head.StudyUid)
        && IsTextOrNull(head.Accession) && IsTextOrNull(head.PatientId) && IsTextOrNull(head.PatientIdIssuer);

    /// <param name="sample">What is said of the sample.</param>
    /// <param name="pixelBytes">How many bytes of pixels came with it.</param>
    /// <param name="head">What was said of the object.</param>
    /// <param name="frame">The number of the frame it must be.</param>
    internal static bool IsSound(IntakeSample sample, int pixelBytes, IntakeHead? head, int frame) =>
        (head == IntakeHead.OfVolume || (head is { SeriesUid: not null } && (head.PatientId ?? head.StudyUid) is not null))
        && sample.Frame == frame && frame < IntakeProtocol.MaxFrames
        && sample.Rows is >= 1 and <= IntakeProtocol.MaxSide
        && sample.Columns is >= 1 and <= IntakeProtocol.MaxSide
        && pixelBytes == sample.Rows * sample.Columns * sizeof(short)
        && sample.MaskedRegions >= 0
        && IsSound(sample.Slice) && IsSound(sample.Measure);

    /// <param name="mask">What is said of the mask.</param>
    /// <param name="content">What came with it.</param>
    /// <param name="number">The number it must have.</param>
    internal static bool IsSound(IntakeMask mask, ReadOnlySpan<byte> content, int number) =>
        mask.Number == number && number < IntakeProtocol.MaxMasks
        && IsTextOrNull(mask.SopInstanceUid) && IsTextOrNull(mask.SeriesUid) && mask.Frame is null or (>= 0 and < IntakeProtocol.MaxFrames)
        && HasCount(mask.Facts.Position, 3) && HasCount(mask.Facts.Orientation, 6)
        && mask.Facts switch
        {
            { Form: MaskForm.Bitmap, Rows: >= 1 and <= IntakeProtocol.MaxSide, Columns: >= 1 and <= IntakeProtocol.MaxSide } facts =>
                content.Length == MaskContent.BitmapBytes(facts.Rows, facts.Columns),
            { Form: MaskForm.Contours, Rows: 0, Columns: 0, Position: not null, Orientation: null } => MaskContent.AreContours(content),
            _ => false,
        };

    // Tags and numbers: a path must not carry a text out.
    private static bool IsSound(DeidentificationReport? report) =>
        report is null
        || (report.Elements.Count <= DeidentificationReport.MaxElements && report.MaskedRegions >= 0
            && report.Counts.All(count => Enum.IsDefined(count.Key) && count.Value >= 0)
            && report.Elements.All(element => Enum.IsDefined(element.Action) && ElementPath().IsMatch(element.Path)));

    [GeneratedRegex(@"^\([0-9A-F]{4},[0-9A-F]{4}\)(\[[0-9]{1,6}\]\.\([0-9A-F]{4},[0-9A-F]{4}\))*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ElementPath();

    private static bool IsSound(SliceFacts slice) =>
        HasCount(slice.Position, 3) && HasCount(slice.Orientation, 6) && HasCount(slice.Spacing, 3)
        && slice.ImageType.Count <= MaxImageTypes
        && slice.ImageType.All(type => SampleRecord.KnownImageTypes.Contains(type, StringComparer.Ordinal));

    private static bool IsSound(SliceMeasure measure) =>
        double.IsFinite(measure.RescaleSlope) && double.IsFinite(measure.RescaleIntercept) && double.IsFinite(measure.GantryTilt ?? 0)
        && measure.Lowest is >= short.MinValue and <= short.MaxValue && measure.Highest is >= short.MinValue and <= short.MaxValue;

    private static bool HasCount(IReadOnlyList<double>? numbers, int count) => numbers is null || (numbers.Count == count && numbers.All(double.IsFinite));

    private static bool IsTextOrNull(string? text) => text is null or { Length: > 0 and <= IntakeProtocol.MaxTextLength };
}
