using System.Text;
using System.Text.RegularExpressions;

namespace Scanlock.Intake.Deidentification;

/// <summary>Takes out of a text what identifies, and leaves the rest (PS3.15 E.3.5).</summary>
internal sealed class TextCleaning(KnownIdentity known)
{
    /// <summary>Longer texts are not searched; they go as a whole. Reports are a tenth of it.</summary>
    private const int LongestSearched = 64 << 10;

    /// <summary>A text of which anything may have been written by people.</summary>
    internal string Clean(string text) => Without(text, Description);

    /// <summary>A text that names something of the standard's or a maker's: only what is known of the patient is taken out.</summary>
    internal string CleanOfKnown(string text) => Without(text, (searched, marks) => IdentitySearch.Mark(searched, known, cautious: false, marks));

    /// <summary>A code or a setting: likewise, but only what is too long to be there by accident.</summary>
    internal string CleanCode(string text) => Without(text, Code);

    /// <summary>Whether bytes that no attribute explains hold something known, as ASCII or with zeros between.</summary>
    internal bool IsKnownIn(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var value in bytes)
        {
            if (value != 0)
            {
                text.Append(value is >= 0x20 and < 0x7f ? (char)value : '\n');
            }
        }

        return bytes.Length > LongestSearched || Without(text.ToString(), Code).Length < text.Length;
    }

    private static string Without(string text, Action<string, Marks> find)
    {
        if (text.Length > LongestSearched)
        {
            return "";
        }

        try
        {
            // What closes up where something went may look like an identifier anew; each turn leaves fewer characters, so it ends.
            while (text.Length > 0)
            {
                var marks = new Marks(text);
                find(text, marks);
                if (!marks.Any)
                {
                    return text;
                }

                var left = marks.Apply();
                text = left.Length < text.Length && left.Any(char.IsLetterOrDigit) ? left : "";
            }
        }
        catch (RegexMatchTimeoutException)
        {
            return "";
        }

        return "";
    }

    private void Description(string text, Marks marks)
    {
        IdentitySearch.Mark(text, known, cautious: false, marks);
        GenericPatterns.Mark(text, marks);
    }

    private void Code(string text, Marks marks) => IdentitySearch.Mark(text, known, cautious: true, marks);
}
