using System.Text;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Deidentification;

/// <summary>Values that are characters, in the set their data set names (PS3.5 6.1.2.3).</summary>
internal static class TextValue
{
    private const char Separator = '\\';

    /// <summary>Whether people or programs write words into values of this type.</summary>
    internal static bool IsText(string vr) => vr is "AE" or "CS" or "LO" or "LT" or "PN" or "SH" or "ST" or "UC" or "UR" or "UT";

    /// <summary>Whether a value of this type is characters at all.</summary>
    internal static bool IsCharacters(string vr) => IsText(vr) || vr is "AS" or "DA" or "DS" or "DT" or "IS" or "TM" or "UI";

    /// <summary>Whether a backslash in it separates values: in long texts it is itself.</summary>
    internal static bool IsMultiple(string vr) => vr is not ("LT" or "ST" or "UR" or "UT");

    internal static string Read(DicomValue element, string characterSet) =>
        DicomText.Decode(element.Bytes.Span, UsesCharacterSet(element.Vr) ? characterSet : "").TrimEnd(' ', '\0');

    internal static IReadOnlyList<string> Values(DicomValue element, string characterSet)
    {
        var text = Read(element, characterSet);
        return IsMultiple(element.Vr) ? [.. text.Split(Separator).Select(value => value.Trim(' ', '\0'))] : [text];
    }

    /// <summary>The element with other text; null where the set does not have its characters.</summary>
    internal static DicomValue? With(DicomValue element, IEnumerable<string> values, string characterSet) =>
        DicomText.Encode(string.Join(Separator, values), UsesCharacterSet(element.Vr) ? characterSet : "") is { } bytes
            ? element with { Bytes = Padded(bytes, element.Vr) }
            : null;

    internal static DicomValue Ascii(DicomTag tag, string vr, string text) => new(tag, vr, Padded(Encoding.ASCII.GetBytes(text), vr));

    private static bool UsesCharacterSet(string vr) => vr is "LO" or "LT" or "PN" or "SH" or "ST" or "UC" or "UT";

    private static byte[] Padded(byte[] bytes, string vr) => bytes.Length % 2 == 0 ? bytes : [.. bytes, ValueRepresentation.Padding(vr)];
}
