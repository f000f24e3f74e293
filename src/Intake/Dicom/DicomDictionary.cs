using System.Globalization;

namespace Scanlock.Intake.Dicom;

/// <summary>
/// The value representations of the standard's elements (PS3.6 chapters 6 to 8), for objects that do not name them. The embedded list has a
/// line for each element: its tag, <c>x</c> for any digit, and its representation; <c>XS</c> stands for US or SS, by the samples' sign.
/// </summary>
internal static class DicomDictionary
{
    private const string Resource = "Scanlock.Intake.Dicom.dictionary.txt";
    private const string ShortBySign = "XS";
    private const int TagDigits = 8;

    private static readonly Dictionary<uint, string> Elements = [];
    private static readonly List<(uint Mask, uint Value, string Vr)> Repeating = [];

    static DicomDictionary()
    {
        using var list = new StreamReader(typeof(DicomDictionary).Assembly.GetManifestResourceStream(Resource)!);
        while (list.ReadLine() is { } line)
        {
            var tag = line.AsSpan(0, TagDigits);
            var vr = string.Intern(line[(TagDigits + 1)..]);
            if (uint.TryParse(tag, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var exact))
            {
                Elements.Add(exact, vr);
            }
            else
            {
                Repeating.Add((Mask(tag), Value(tag), vr));
            }
        }
    }

    /// <summary>
    /// Of a private element only the creators of blocks are known; any group's length is (PS3.5 7.2, 7.8.1). Null where the standard does not
    /// know the element.
    /// </summary>
    /// <param name="signed">Whether the data set's samples have a sign (Pixel Representation).</param>
    internal static string? Find(DicomTag tag, bool signed)
    {
        if (tag.Element == 0)
        {
            return "UL";
        }

        if (tag.IsPrivate)
        {
            return tag.IsPrivateCreator ? "LO" : null;
        }

        var vr = Elements.GetValueOrDefault(tag.Value) ?? FindRepeating(tag.Value);
        return vr == ShortBySign ? (signed ? "SS" : "US") : vr;
    }

    private static string? FindRepeating(uint tag)
    {
        foreach (var (mask, value, vr) in Repeating)
        {
            if ((tag & mask) == value)
            {
                return vr;
            }
        }

        return null;
    }

    private static uint Mask(ReadOnlySpan<char> tag) => Digits(tag, static digit => digit == 'x' ? 0u : 0xf);

    private static uint Value(ReadOnlySpan<char> tag) => Digits(tag, static digit => digit == 'x' ? 0u : Convert.ToUInt32($"{digit}", 16));

    private static uint Digits(ReadOnlySpan<char> tag, Func<char, uint> digitOf)
    {
        var number = 0u;
        foreach (var digit in tag)
        {
            number = (number << 4) | digitOf(digit);
        }

        return number;
    }
}
