namespace Scanlock.Intake.Deidentification;

/// <summary>
/// Finds in a text what is known of a patient. A short string that is part of a longer word or number is usually another one; a long one hardly
/// ever: so the shorter, the more must its neighbours tell it apart.
/// </summary>
internal static class IdentitySearch
{
    private const int NameInsideWord = 6;
    private const int NameWithInitial = 4;
    private const int NumberAcrossGaps = 7;
    private const int NumberInsideNumber = 8;
    private const int NumberInsideWord = 6;
    private const char FirstIdeograph = '\u2e80';

    private static readonly HashSet<string> Titles = new(StringComparer.Ordinal)
    {
        "dr", "mr", "mrs", "ms", "miss", "prof", "herr", "frau", "mme", "mlle", "sig", "sigra", "dott", "dottssa", "sr", "sra", "md", "phd", "jr",
    };

    /// <summary>Marks every place of a known string.</summary>
    /// <param name="cautious">The text is not one that people write, such as a code or a model's name: only what is long enough to be no accident.</param>
    internal static void Mark(string text, KnownIdentity known, bool cautious, Marks marks)
    {
        var folded = new FoldedText(text);
        foreach (var name in known.Names)
        {
            if (name.Length >= (cautious ? 4 : 2) || name[0] >= FirstIdeograph)
            {
                MarkName(text, folded, name, withNeighbours: !cautious, marks);
            }
        }

        foreach (var number in known.Numbers)
        {
            if (number.Length >= (cautious ? 5 : 4))
            {
                MarkNumber(text, folded, number, marks);
            }
        }

        foreach (var phrase in known.Phrases)
        {
            MarkPhrase(folded, phrase, marks);
        }

        foreach (var uid in known.Uids)
        {
            foreach (var at in Occurrences(folded.Value, uid))
            {
                var (from, to) = Places(folded, at, uid.Length);
                marks.Add(from, Forward(text, to, letter => char.IsAsciiDigit(letter) || letter is '.'));
            }
        }
    }

    private static void MarkName(string text, FoldedText folded, string name, bool withNeighbours, Marks marks)
    {
        foreach (var at in Occurrences(folded.Value, name))
        {
            var (from, to) = Places(folded, at, name.Length);
            if (!(StartsWord(text, from) && EndsWord(text, to)) && name[0] < FirstIdeograph)
            {
                var (start, end) = (Back(text, from, char.IsLetter), Forward(text, to, char.IsLetter));
                if (!IsTellingInside(name, end - start) || Vocabulary.IsTechnical(FoldedText.Of(text[start..end])))
                {
                    continue;
                }

                (from, to) = (start, end);
            }

            marks.Add(from, to);
            if (withNeighbours)
            {
                MarkInitialBefore(text, from, marks);
                MarkInitialAfter(text, to, marks);
            }
        }
    }

    /// <summary>Whether a name is meant where it is a part of a word: a long one is, and one with an initial, as in <c>jsmith</c>.</summary>
    private static bool IsTellingInside(string name, int wordLength) =>
        name.Length >= NameInsideWord || (name.Length >= NameWithInitial && wordLength == name.Length + 1);

    private static void MarkNumber(string text, FoldedText folded, string number, Marks marks)
    {
        foreach (var at in Occurrences(folded.Compact.Value, number))
        {
            var from = folded.PlaceOf(folded.Compact.PlaceOf(at));
            var to = folded.PlaceOf(folded.Compact.PlaceOf(at + number.Length - 1)) + 1;
            var isUnbroken = to - from == number.Length;
            var stands = number.Length >= NumberInsideNumber
                || (number.Length >= NumberInsideWord ? !IsDigit(text, from - 1) && !IsDigit(text, to) : !IsWordPart(text, from - 1) && !IsWordPart(text, to));
            if (stands && (isUnbroken || (number.Length >= NumberAcrossGaps && GapsAreSmall(text, from, to))))
            {
                marks.Add(Back(text, from, char.IsLetterOrDigit), Forward(text, to, char.IsLetterOrDigit));
            }
        }
    }

    private static void MarkPhrase(FoldedText folded, string phrase, Marks marks)
    {
        var value = folded.Spaced.Value;
        foreach (var at in Occurrences(value, phrase))
        {
            var end = at + phrase.Length;
            if ((at == 0 || value[at - 1] == ' ') && (end == value.Length || value[end] == ' '))
            {
                marks.Add(folded.PlaceOf(folded.Spaced.PlaceOf(at)), folded.PlaceOf(folded.Spaced.PlaceOf(end - 1)) + 1);
            }
        }
    }

    /// <summary>A single letter, or a title, before a name: <c>J. Smith</c>, <c>Dr Smith</c>.</summary>
    private static void MarkInitialBefore(string text, int from, Marks marks)
    {
        var end = Back(text, from, letter => letter is ' ' or '.' or '^' or '_');
        var start = Back(text, end, char.IsLetter);
        if (end < from && !IsWordPart(text, start - 1) && IsInitialOrTitle(text[start..end]))
        {
            marks.Add(start, from);
        }
    }

    private static void MarkInitialAfter(string text, int to, Marks marks)
    {
        var start = Forward(text, to, letter => letter is ' ' or ',' or '.' or '^' or '_');
        var end = Forward(text, start, char.IsLetter);
        if (start > to && !IsDigit(text, end) && IsInitialOrTitle(text[start..end]))
        {
            marks.Add(to, end < text.Length && text[end] == '.' ? end + 1 : end);
        }
    }

    private static bool IsInitialOrTitle(string word) => word.Length == 1 ? char.IsUpper(word[0]) : Titles.Contains(FoldedText.Of(word));

    private static IEnumerable<int> Occurrences(string text, string searched)
    {
        for (var at = text.IndexOf(searched, StringComparison.Ordinal); at >= 0; at = text.IndexOf(searched, at + 1, StringComparison.Ordinal))
        {
            yield return at;
        }
    }

    private static (int From, int To) Places(FoldedText folded, int at, int length) => (folded.PlaceOf(at), folded.PlaceOf(at + length - 1) + 1);

    private static bool StartsWord(string text, int from) =>
        from == 0 || !char.IsLetter(text[from - 1]) || (char.IsLower(text[from - 1]) && char.IsUpper(text[from]));

    private static bool EndsWord(string text, int to) =>
        to == text.Length || !char.IsLetter(text[to]) || (char.IsLower(text[to - 1]) && char.IsUpper(text[to]));

    private static bool IsDigit(string text, int place) => place >= 0 && place < text.Length && char.IsDigit(text[place]);

    private static bool IsWordPart(string text, int place) => place >= 0 && place < text.Length && char.IsLetterOrDigit(text[place]);

    /// <summary>Whether only separators, two at a time at most, stand between the letters and digits of a stretch.</summary>
    private static bool GapsAreSmall(string text, int from, int to)
    {
        var gap = 0;
        for (var place = from; place < to; place++)
        {
            gap = char.IsLetterOrDigit(text[place]) ? 0 : gap + 1;
            if (gap > 2)
            {
                return false;
            }
        }

        return true;
    }

    private static int Back(string text, int from, Func<char, bool> goesOn)
    {
        while (from > 0 && goesOn(text[from - 1]))
        {
            from--;
        }

        return from;
    }

    private static int Forward(string text, int to, Func<char, bool> goesOn)
    {
        while (to < text.Length && goesOn(text[to]))
        {
            to++;
        }

        return to;
    }
}
