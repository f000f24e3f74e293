using Scanlock.Contracts.Intake;
using Scanlock.Intake.Pixels;

namespace Scanlock.Intake;

/// <summary>Which objects are worth decoding.</summary>
internal static class Admission
{
    private const string CtImage = "1.2.840.10008.5.1.4.1.1.2";
    private const string EnhancedCtImage = "1.2.840.10008.5.1.4.1.1.2.1";
    private const string ConvertedEnhancedCtImage = "1.2.840.10008.5.1.4.1.1.2.2";

    /// <summary>Why an object is refused before it is decoded, or null. What it is comes first, then how it is stored.</summary>
    /// <param name="header">What could be read before the pixels.</param>
    internal static RefusalCode? Judge(ObjectHeader header, bool hasPixels) => header switch
    {
        { SopClass: null } => RefusalCode.Damaged,
        { SopClass: EnhancedCtImage or ConvertedEnhancedCtImage } => RefusalCode.MultiFrame,
        { SopClass: not CtImage } or { Modality: not (null or "CT") } => RefusalCode.NotCt,
        { IsLocalizer: true } => RefusalCode.Localizer,
        { Frames: > 1 } => RefusalCode.MultiFrame,
        _ when !hasPixels => RefusalCode.NoPixels,
        { TransferSyntax: { } syntax } when Codecs.Of(syntax) is null => RefusalCode.UnsupportedEncoding,
        { Rows: > IntakeProtocol.MaxSide } or { Columns: > IntakeProtocol.MaxSide } => RefusalCode.TooLarge,
        { Rows: null or 0 } or { Columns: null or 0 } or { Form: null } => RefusalCode.Damaged,
        { SamplesPerPixel: not (null or 1) } or { Photometric: not "MONOCHROME2" } or { Form.IsReadable: false } => RefusalCode.UnsupportedPixels,
        { Rescale: null } => RefusalCode.NotHounsfield,
        { Identifiers: null } => RefusalCode.NoIdentifiers,
        _ => null,
    };
}
