using Scanlock.Contracts.Intake;
using Scanlock.Intake.Pixels;

namespace Scanlock.Intake;

/// <summary>Whether an object is taken in as samples, before its pixels are decoded.</summary>
/// <param name="Refused">Nothing can be made of it.</param>
/// <param name="Quarantined">A steward must decide.</param>
/// <param name="HasSamples">Whether there are slices in it that could be taken in.</param>
internal sealed record Admission(RefusalCode? Refused, QuarantineCode? Quarantined, bool HasSamples)
{
    private const string CtImage = "1.2.840.10008.5.1.4.1.1.2";
    private const string EnhancedCtImage = "1.2.840.10008.5.1.4.1.1.2.1";
    private const string ConvertedEnhancedCtImage = "1.2.840.10008.5.1.4.1.1.2.2";
    private const string SecondaryCapture = "1.2.840.10008.5.1.4.1.1.7";

    // PS3.4 B.5: X-Ray, Radiopharmaceutical and Patient Radiation Dose SR, and the enhanced one of X-rays.
    private static readonly HashSet<string> s_doseReports = new(StringComparer.Ordinal)
    {
        "1.2.840.10008.5.1.4.1.1.88.67", "1.2.840.10008.5.1.4.1.1.88.68", "1.2.840.10008.5.1.4.1.1.88.73", "1.2.840.10008.5.1.4.1.1.88.76",
    };

    // What scanners and archives call the parts of a body that hold the chest, in whole or in part (PS3.16 annex L, and what is written in the wild).
    private static readonly string[] s_chest = ["CHEST", "THORA", "LUNG", "PULM", "TORSO", "TRUNK", "HEART", "BODY", "MEDIASTIN", "AORTA", "TSPINE", "CAP", "TAP"];

    /// <summary>Of what no samples are wanted.</summary>
    internal static Admission ToBeRendered { get; } = new(null, null, HasSamples: false);

    /// <summary>What it is comes first, then how it is stored.</summary>
    /// <param name="header">What could be read before the pixels.</param>
    /// <param name="hasPixels">Whether there are pixels.</param>
    internal static Admission Judge(ObjectHeader header, bool hasPixels) => header switch
    {
        { SopClass: null } => Of(RefusalCode.Damaged),
        { SopClass: { } kind } when s_doseReports.Contains(kind) => Apart(QuarantineCode.DoseReport),
        { SopClass: { } kind } when kind.StartsWith(SecondaryCapture, StringComparison.Ordinal) => Apart(QuarantineCode.SecondaryCapture),
        { SopClass: not (CtImage or EnhancedCtImage or ConvertedEnhancedCtImage) } or { Modality: not (null or "CT") } => Apart(QuarantineCode.NotCt),
        { IsCapture: true } => Apart(QuarantineCode.SecondaryCapture),
        _ when !hasPixels => Of(RefusalCode.NoPixels),
        { TransferSyntax: { } syntax } when Codecs.Of(syntax) is null => Of(RefusalCode.UnsupportedEncoding),
        { Rows: > IntakeProtocol.MaxSide } or { Columns: > IntakeProtocol.MaxSide } => Of(RefusalCode.TooLarge),
        { Rows: null or 0 } or { Columns: null or 0 } or { Form: null } => Of(RefusalCode.Damaged),
        { SamplesPerPixel: not (null or 1) } or { Photometric: not "MONOCHROME2" } or { Form.IsReadable: false } => Of(RefusalCode.UnsupportedPixels),
        { IsHounsfield: false } => Of(RefusalCode.NotHounsfield),
        { CanBeGrouped: false } => Of(RefusalCode.NoIdentifiers),
        { IsLocalizer: true } => new Admission(null, QuarantineCode.Localizer, HasSamples: true),
        { BodyPart: { } part } when !s_chest.Any(chest => part.Contains(chest, StringComparison.Ordinal)) => new Admission(null, QuarantineCode.NotChest, HasSamples: true),
        _ => new Admission(null, null, HasSamples: true),
    };

    private static Admission Of(RefusalCode code) => new(code, null, HasSamples: false);

    private static Admission Apart(QuarantineCode code) => new(null, code, HasSamples: false);
}
