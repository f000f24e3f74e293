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

    private readonly List<int> places = [];

    internal FoldedText(string text)
    {
        var folded = new StringBuilder(text.Length);
        for (var place = 0; place < text.Length; place++)
        {
            foreach (var character in Fold(text[place]))
            {
                folded.Append(character);
                places.Add(place);
            }
        }

        Value = folded.ToString();
        Compact = new Projection(Value, char.IsLetterOrDigit, gap: null);
        Spaced = new Projection(Value, char.IsLetterOrDigit, gap: ' ');
    }

    internal string Value { get; }

    /// <summary>Only its letters and digits: <c>123-45 678</c> is <c>12345678</c>.</summary>
    internal Projection Compact { get; }

    /// <summary>Its words with one space between: <c>12, Via Roma</c> is <c>12 via roma</c>.</summary>
    internal Projection Spaced { get; }

    /// <summary>The character of the text that one of <see cref="Value"/> stands for.</summary>
    internal int PlaceOf(int folded) => places[folded];

    internal static string Of(string text) => string.Concat(text.Select(Fold));

    private static string Fold(char character)
    {
        var small = char.ToLowerInvariant(character);
        if (small < 0x80)
        {
            return small.ToString();
        }

        if (Whole.TryGetValue(small, out var letters))
        {
            return letters;
        }

        // Halves of a character outside the basic plane do not normalise alone.
        return char.IsSurrogate(small)
            ? small.ToString()
            : string.Concat(small.ToString().Normalize(NormalizationForm.FormKD).Where(part => CharUnicodeInfo.GetUnicodeCategory(part) != UnicodeCategory.NonSpacingMark));
    }

    /// <summary>A part of a text's characters, each with its place in the whole.</summary>
    internal sealed class Projection
    {
        private readonly List<int> places = [];

        internal Projection(string text, Func<char, bool> takes, char? gap)
        {
            var kept = new StringBuilder(text.Length);
            for (var place = 0; place < text.Length; place++)
            {
                if (takes(text[place]))
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
