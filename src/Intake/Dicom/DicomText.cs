using System.Globalization;
using System.Text;

namespace Scanlock.Intake.Dicom;

/// <summary>Texts in their character sets (PS3.3 C.12.1.1.2).</summary>
internal static class DicomText
{
    private const string OneByteSet = "ISO_IR ";
    private const string Extensions = "ISO 2022 IR ";

    // ISO registration number to the part of ISO 8859 that has it as its right half.
    private static readonly Dictionary<string, int> PartsOfIso8859 = new(StringComparer.Ordinal)
    {
        ["100"] = 1, ["101"] = 2, ["109"] = 3, ["110"] = 4, ["144"] = 5, ["127"] = 6, ["126"] = 7, ["138"] = 8, ["148"] = 9, ["203"] = 15,
    };

    static DicomText() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>
    /// The text in the sets that a Specific Character Set names. Unknown sets and bytes that a set does not have read as Latin-1: not what a
    /// person would read, but different texts stay different, and these tell patients apart.
    /// </summary>
    internal static string Decode(ReadOnlySpan<byte> bytes, string specificCharacterSet)
    {
        try
        {
            var name = specificCharacterSet.Trim(' ', '\0').ToUpperInvariant();
            return name.Contains(Extensions, StringComparison.Ordinal) ? Iso2022Text.Decode(bytes, EncodingOf(FirstOf(name))) : EncodingOf(name).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }

    /// <summary>The bytes that <see cref="Decode"/> reads as this text; null where the set does not have its characters.</summary>
    internal static byte[]? Encode(string text, string specificCharacterSet)
    {
        try
        {
            // Of sets that are switched between only what they share is written.
            var name = specificCharacterSet.Trim(' ', '\0').ToUpperInvariant();
            return (name.Contains(Extensions, StringComparison.Ordinal) ? Strict("us-ascii") : EncodingOf(name)).GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>The set before any escape, by the name it has without escapes.</summary>
    private static string FirstOf(string names) => names.Split('\\')[0].Trim().Replace(Extensions, OneByteSet, StringComparison.Ordinal);

    private static Encoding EncodingOf(string name) => name switch
    {
        "ISO_IR 192" => Strict("utf-8"),
        "ISO_IR 13" => Strict("shift_jis"),
        "GB18030" or "GBK" => Strict("GB18030"),
        _ when name.StartsWith(OneByteSet, StringComparison.Ordinal) && PartsOfIso8859.TryGetValue(name[OneByteSet.Length..], out var part) =>
            Strict("iso-8859-" + part.ToString(CultureInfo.InvariantCulture)),
        _ => Strict("iso-8859-1"),
    };

    internal static Encoding Strict(string name) => Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
}
