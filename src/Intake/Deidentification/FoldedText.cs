using System.Globalization;
using System.Text;

namespace Scanlock.Intake.Deidentification;

/// <summary>
/// A text as it is searched: in small letters, without accents (<c>MÜLLER</c>, <c>Müller</c> and <c>Muller</c> are one), each character with
/// the place in the text it stands for.
/// </summary>
internal sealed class FoldedText
{
    // Letters that do not decompose into one with an accent.
    private static readonly Dictionary<char, string> Whole = new()
    {
        ['ß'] = "ss", ['æ'] = "ae", ['œ'] = "oe", ['ø'] = "o", ['đ'] = "d", ['ð'] = "d", ['ł'] = "l", ['þ'] = "th", ['ı'] = "i", ['\u2019'] = "'",
    };

    private readonly int[] places;

    internal FoldedText(string text)
    {
        var folded = new StringBuilder(text.Length);
        var from = new List<int>(text.Length);
        for (var place = 0; place < text.Length; place++)
        {
            Fold(text[place], folded);
            while (from.Count < folded.Length)
            {
                from.Add(place);
            }
        }

        (Value, places) = (folded.ToString(), [.. from]);
    }

    internal string Value { get; }

    /// <summary>Only its letters and digits: <c>123-45 678</c> is <c>12345678</c>.</summary>
    internal Projection Compact => field ??= new Projection(Value, gap: null);

    /// <summary>Its words with one space between: <c>12, Via Roma</c> is <c>12 via roma</c>.</summary>
    internal Projection Spaced => field ??= new Projection(Value, gap: ' ');

    /// <summary>The character of the text that one of <see cref="Value"/> stands for.</summary>
    internal int PlaceOf(int folded) => places[folded];

    internal static string Of(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            Fold(character, folded);
        }

        return folded.ToString();
    }

    private static void Fold(char character, StringBuilder folded)
    {
        var small = char.ToLowerInvariant(character);
        if (small < 0x80 || char.IsSurrogate(small))
        {
            // Halves of a character outside the basic plane do not normalise alone.
            folded.Append(small);
        }
        else if (Whole.TryGetValue(small, out var letters))
        {
            folded.Append(letters);
        }
        else
        {
            foreach (var part in small.ToString().Normalize(NormalizationForm.FormKD))
            {
                if (CharUnicodeInfo.GetUnicodeCategory(part) != UnicodeCategory.NonSpacingMark)
                {
                    folded.Append(part);
                }
            }
        }
    }

    /// <summary>A text's letters and digits, each with its place in the whole.</summary>
    internal sealed class Projection
    {
        private readonly List<int> places = [];

        internal Projection(string text, char? gap)
        {
            var kept = new StringBuilder(text.Length);
            for (var place = 0; place < text.Length; place++)
            {
                if (char.IsLetterOrDigit(text[place]))
                {
                    kept.Append(text[place]);
                    places.Add(place);
                }
                else if (gap is { } space && kept.Length > 0 && kept[^1] != space)
                {
                    kept.Append(space);
                    places.Add(place);
                }
            }

            Value = kept.ToString();
        }

        internal string Value { get; }

        internal int PlaceOf(int index) => places[index];
    }
}
