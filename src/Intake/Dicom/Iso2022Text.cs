using System.Text;

namespace Scanlock.Intake.Dicom;

/// <summary>
/// Texts in several character sets, between which escape sequences switch (PS3.3 C.12.1.1.2, PS3.5 6.1.2.5): the left half of a byte's values
/// has one set, the right half another. A set is decoded by the Unix encoding that holds it.
/// </summary>
internal static class Iso2022Text
{
    private const byte Escape = 0x1b;
    private const byte Kanji2Shift = 0x8f;

    // PS3.3 tables C.12-3 and C.12-4: what follows the escape, which half it sets, and what decodes it.
    private static readonly (byte[] Sequence, bool IsRight, string Encoding)[] Switches =
    [
        ([0x28, 0x42], false, "us-ascii"), ([0x28, 0x4a], false, "us-ascii"), ([0x24, 0x42], false, "euc-jp"), ([0x24, 0x28, 0x44], false, Jis0212),
        ([0x29, 0x49], true, "shift_jis"), ([0x24, 0x29, 0x43], true, "euc-kr"), ([0x24, 0x29, 0x41], true, "gb2312"),
        ([0x2d, 0x41], true, "iso-8859-1"), ([0x2d, 0x42], true, "iso-8859-2"), ([0x2d, 0x43], true, "iso-8859-3"), ([0x2d, 0x44], true, "iso-8859-4"),
        ([0x2d, 0x4c], true, "iso-8859-5"), ([0x2d, 0x47], true, "iso-8859-6"), ([0x2d, 0x46], true, "iso-8859-7"), ([0x2d, 0x48], true, "iso-8859-8"),
        ([0x2d, 0x4d], true, "iso-8859-9"), ([0x2d, 0x62], true, "iso-8859-15"),
    ];

    private const string Jis0212 = "jis0212";

    /// <param name="bytes">The text.</param>
    /// <param name="first">The set before any escape.</param>
    /// <exception cref="DecoderFallbackException">A set does not have what is said in it.</exception>
    internal static string Decode(ReadOnlySpan<byte> bytes, Encoding first)
    {
        var text = new StringBuilder(bytes.Length);
        string? left = null;
        var right = first;
        while (!bytes.IsEmpty)
        {
            if (bytes[0] == Escape && SwitchAt(bytes[1..]) is { } found)
            {
                (left, right) = found.IsRight ? (left, DicomText.Strict(found.Encoding)) : (found.Encoding == "us-ascii" ? null : found.Encoding, right);
                bytes = bytes[(1 + found.Sequence.Length)..];
                continue;
            }

            var end = bytes[1..].IndexOf(Escape);
            var run = end < 0 ? bytes : bytes[..(end + 1)];
            text.Append(left is null ? right.GetString(run) : Wide(run, left));
            bytes = bytes[run.Length..];
        }

        return text.ToString();
    }

    /// <summary>Two bytes a character, in the left half: the Unix encoding has them in the right.</summary>
    private static string Wide(ReadOnlySpan<byte> run, string set)
    {
        var moved = new List<byte>(run.Length * 3 / 2);
        for (var at = 0; at < run.Length; at++)
        {
            if (run[at] is > 0x20 and < 0x7f && at + 1 < run.Length)
            {
                if (set == Jis0212)
                {
                    moved.Add(Kanji2Shift);
                }

                moved.Add((byte)(run[at] | 0x80));
                moved.Add((byte)(run[++at] | 0x80));
            }
            else
            {
                moved.Add(run[at]);
            }
        }

        return DicomText.Strict("euc-jp").GetString([.. moved]);
    }

    private static (byte[] Sequence, bool IsRight, string Encoding)? SwitchAt(ReadOnlySpan<byte> bytes)
    {
        foreach (var found in Switches)
        {
            if (bytes.StartsWith(found.Sequence))
            {
                return found;
            }
        }

        return null;
    }
}
