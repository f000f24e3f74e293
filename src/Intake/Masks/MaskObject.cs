using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Masks;

/// <summary>Reads the masks of an object and says them.</summary>
/// <returns>Null where all that counts could be said; what trails is not read yet.</returns>
internal delegate Judgement? MaskReading(DicomObject dicom, MaskFindings findings, string scratch);

/// <summary>The kinds of DICOM object that mark pixels of other objects.</summary>
internal static class MaskObject
{
    private const string RtStructureSet = "1.2.840.10008.5.1.4.1.1.481.3";
    private const string SegmentationStorage = "1.2.840.10008.5.1.4.1.1.66.4";

    /// <summary>How objects of this class are read; null where they hold no masks.</summary>
    internal static MaskReading? Of(string? sopClass) => sopClass switch
    {
        RtStructureSet => static (dicom, findings, _) => Judge(findings, () => StructureSet.Say(dicom.Header.DataSet, findings)),
        SegmentationStorage => static (dicom, findings, scratch) => Judge(findings, () => Segmentation.Say(dicom, findings, scratch)),
        _ => null,
    };

    private static Judgement? Judge(MaskFindings findings, Action say)
    {
        try
        {
            say();
            return findings.Count > 0 ? null : Judgement.Of(RefusalCode.NoMask);
        }
        catch (DicomException exception)
        {
            return Judgement.Of(exception.Code);
        }
    }
}

/// <summary>Where masks are said, numbered and within their bounds.</summary>
/// <param name="task">What of them counts; null where all do.</param>
internal sealed class MaskFindings(Findings findings, MaskTask? task)
{
    private int points;

    internal int Count { get; private set; }

    /// <summary>Whether a region, by its name or label, counts.</summary>
    internal bool Wants(string? region) =>
        task is not { Regions: { Count: > 0 } wanted } || (region is not null && wanted.Contains(region, StringComparer.OrdinalIgnoreCase));

    /// <summary>Takes the points of a contour into account that is yet to be said.</summary>
    internal void CountPoints(int more) =>
        points = points + more <= IntakeProtocol.MaxMaskPoints ? points + more : throw new DicomException(RefusalCode.TooLarge);

    internal void Add(string? sop, int? frame, string? series, MaskFacts facts, ReadOnlySpan<byte> content)
    {
        if (Count == IntakeProtocol.MaxMasks)
        {
            throw new DicomException(RefusalCode.TooLarge);
        }

        findings.Add(new IntakeMask(Count++, sop, frame, series, facts), content);
    }
}
