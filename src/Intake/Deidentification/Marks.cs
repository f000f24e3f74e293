using System.Text;

namespace Scanlock.Intake.Deidentification;

/// <summary>The characters of a text that have to go.</summary>
internal sealed class Marks(string text)
{
    // What is left hanging where a word went. Brackets are dropped in pairs, where nothing is between them any more.
    private static readonly char[] Hanging = [' ', '\t', ',', ';', ':', '=', '-', '_', '/', '#', '&', '^', '.'];

    private readonly bool[] gone = new bool[text.Length];

    internal bool Any { get; private set; }

    internal bool Has(int place) => gone[place];

    internal void Add(int from, int to)
    {
        for (var place = from; place < to; place++)
        {
            gone[place] = true;
        }

        Any |= to > from;
    }

    /// <summary>The text without them, and without what only joined them to the rest.</summary>
    internal string Apply()
    {
        var kept = new StringBuilder(text.Length);
        var after = false;
        for (var place = 0; place < text.Length; place++)
        {
            if (gone[place])
            {
                after = true;
                continue;
            }

            if (after)
            {
                var isBetween = place + 1 < text.Length && gone[place + 1];
                if (Hanging.Contains(text[place]) && (isBetween || !Separates(kept, text[place])))
                {
                    continue;
                }

                after = false;
                Join(kept, text[place]);
            }

            kept.Append(text[place]);
        }

        if (after)
        {
            TrimEnd(kept);
        }

        return kept.ToString().Replace("()", "", StringComparison.Ordinal).Replace("[]", "", StringComparison.Ordinal).Trim(' ');
    }

    /// <summary>Whether a separator after a gap still separates: not at the start of a line, nor where another stood before the gap.</summary>
    private static bool Separates(StringBuilder kept, char separator)
    {
        if (kept.Length == 0 || IsLineEnd(kept[^1]))
        {
            return false;
        }

        var last = kept.Length - 1;
        while (last > 0 && kept[last] == ' ')
        {
            last--;
        }

        return separator == ' ' ? kept[^1] != ' ' : !Hanging.Contains(kept[last]);
    }

    /// <summary>Before what follows a gap: a word needs a space, what closes or separates nothing.</summary>
    private static void Join(StringBuilder kept, char next)
    {
        if (IsLineEnd(next) || next is ')' or ']')
        {
            TrimEnd(kept);
        }
        else if (next != ' ' && Hanging.Contains(next))
        {
            while (kept.Length > 0 && kept[^1] == ' ')
            {
                kept.Length--;
            }
        }
        else if (kept.Length > 0 && char.IsLetterOrDigit(kept[^1]) && char.IsLetterOrDigit(next))
        {
            kept.Append(' ');
        }
    }

    private static void TrimEnd(StringBuilder kept)
    {
        while (kept.Length > 0 && Hanging.Contains(kept[^1]))
        {
            kept.Length--;
        }
    }

    private static bool IsLineEnd(char character) => character is '\r' or '\n' or '\f';
}
