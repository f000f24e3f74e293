using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Pixels;

/// <summary>How frames are encoded.</summary>
internal enum Codec
{
    Native,
    RunLength,
    Jpeg,
    JpegLs,
    Jpeg2000,
}

/// <summary>The transfer syntaxes that are read (PS3.5 chapter 10 and annex A).</summary>
internal static class Codecs
{
    private static readonly Dictionary<string, Codec> Known = new(StringComparer.Ordinal)
    {
        [DicomReader.ImplicitLittleEndian] = Codec.Native,
        [DicomReader.ExplicitLittleEndian] = Codec.Native,
        [DicomReader.DeflatedLittleEndian] = Codec.Native,
        [DicomReader.ExplicitBigEndian] = Codec.Native,
        ["1.2.840.10008.1.2.4.50"] = Codec.Jpeg,
        ["1.2.840.10008.1.2.4.51"] = Codec.Jpeg,
        ["1.2.840.10008.1.2.4.57"] = Codec.Jpeg,
        ["1.2.840.10008.1.2.4.70"] = Codec.Jpeg,
        ["1.2.840.10008.1.2.4.80"] = Codec.JpegLs,
        ["1.2.840.10008.1.2.4.81"] = Codec.JpegLs,
        ["1.2.840.10008.1.2.4.90"] = Codec.Jpeg2000,
        ["1.2.840.10008.1.2.4.91"] = Codec.Jpeg2000,
        ["1.2.840.10008.1.2.5"] = Codec.RunLength,
    };

    /// <summary>Null for one that is not read. An object without meta information is native.</summary>
    internal static Codec? Of(string? transferSyntax) =>
        transferSyntax is null ? Codec.Native : Known.TryGetValue(transferSyntax, out var codec) ? codec : null;
}
