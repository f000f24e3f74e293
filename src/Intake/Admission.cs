using Scanlock.Contracts.Intake;

namespace Scanlock.Intake;

/// <summary>Which objects are worth decoding.</summary>
internal static class Admission
{
    private const string CtImage = "1.2.840.10008.5.1.4.1.1.2";
    private const string EnhancedCtImage = "1.2.840.10008.5.1.4.1.1.2.1";
    private const string ConvertedEnhancedCtImage = "1.2.840.10008.5.1.4.1.1.2.2";

    private static ReadOnlySpan<byte> EndOfImage => [0xff, 0xd9];

    // PS3.5 chapter 10 and annex A. Absent: the file had no meta header, and is implicit little endian.
    private static readonly HashSet<string> Readable = new(StringComparer.Ordinal)
    {
        "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2",
        "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70",
        "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.5",
    };

    // The codecs of lossless and baseline JPEG fill what is missing; the others notice.
    private static readonly HashSet<string> EndMarked = new(StringComparer.Ordinal)
    {
        "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70",
    };

    /// <summary>Why an object is refused before it is decoded, or null. What it is comes first, then how it is stored.</summary>
    /// <param name="header">What could be read before the pixels.</param>
    /// <param name="hasPixels">Whether there are pixels, as far as is known.</param>
    /// <param name="pixels">Where they lie, if that is known.</param>
    internal static RefusalCode? Judge(ObjectHeader header, bool hasPixels, PixelExtent? pixels) => header switch
    {
        { SopClass: null } => RefusalCode.Damaged,
        { SopClass: EnhancedCtImage or ConvertedEnhancedCtImage } => RefusalCode.MultiFrame,
        { SopClass: not CtImage } or { Modality: not (null or "CT") } => RefusalCode.NotCt,
        { IsLocalizer: true } => RefusalCode.Localizer,
        { Frames: > 1 } => RefusalCode.MultiFrame,
        _ when !hasPixels => RefusalCode.NoPixels,
        { TransferSyntax: { } syntax } when !Readable.Contains(syntax) => RefusalCode.UnsupportedEncoding,
        { Rows: > IntakeProtocol.MaxSide } or { Columns: > IntakeProtocol.MaxSide } => RefusalCode.TooLarge,
        { Rows: null or 0 } or { Columns: null or 0 } or { Form: null } => RefusalCode.Damaged,
        { SamplesPerPixel: not (null or 1) } or { Photometric: not "MONOCHROME2" } or { Form.IsReadable: false } => RefusalCode.UnsupportedPixels,
        { Rescale: null } => RefusalCode.NotHounsfield,
        { Identifiers: null } => RefusalCode.NoIdentifiers,
        _ when pixels is not null && !IsComplete(header, pixels) => RefusalCode.Damaged,
        _ => null,
    };

    private static bool IsComplete(ObjectHeader header, PixelExtent pixels)
    {
        if (pixels.NativeBytes is { } bytes)
        {
            return bytes >= (long)header.Rows!.Value * header.Columns!.Value * header.Form!.Bytes;
        }

        // End of image, then at most a byte of padding; some writers pad more.
        return !EndMarked.Contains(header.TransferSyntax ?? "") || pixels.LastBytes.AsSpan().TrimEnd((byte)0).EndsWith(EndOfImage);
    }
}
