using System.Globalization;
using System.Text;

namespace Scanlock.Intake.Deidentification;

/// <summary>
/// What an object says of the people and places it is about, gathered from all its identifying elements, to be found wherever else it was
/// written: names word by word, numbers, addresses and institutions as phrases, dates as digits, UIDs.
/// </summary>
internal sealed class KnownIdentity
{
    private const int ShortestNumber = 4;
    private const int LongestPhrase = 128;
    private const int ShortestWord = 4;
    private const int ShortestJoined = 6;

    private static readonly string[] DigitFormats = ["yyyyMMdd", "ddMMyyyy", "MMddyyyy", "yyMMdd", "ddMMyy", "MMddyy"];
    private static readonly string[] WordFormats = ["d MMM", "dd MMM", "MMM d", "MMM dd", "d MMMM", "dd MMMM", "MMMM d", "MMMM dd"];

    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly HashSet<string> numbers = new(StringComparer.Ordinal);
    private readonly HashSet<string> phrases = new(StringComparer.Ordinal);
    private readonly HashSet<string> uids = new(StringComparer.Ordinal);

    /// <summary>Single names, folded.</summary>
    internal IReadOnlyCollection<string> Names => names;

    /// <summary>Identifiers and dates, folded, only letters and digits.</summary>
    internal IReadOnlyCollection<string> Numbers => numbers;

    /// <summary>Several words, folded, one space between.</summary>
    internal IReadOnlyCollection<string> Phrases => phrases;

    internal IReadOnlyCollection<string> Uids => uids;

    /// <summary>The parts of a PN (PS3.5 6.2.1): its names, not what goes before and after them, in each of its writings.</summary>
    internal void AddName(string name)
    {
        foreach (var writing in name.Split('='))
        {
            var components = writing.Split('^', ',').Take(3).ToList();
            components.ForEach(component => AddWords(component, shortest: 2, Vocabulary.IsTechnical));
            // A family name that is also a common word is one beside the given name.
            AddFullName(components);
            components.Reverse();
            AddFullName(components);
        }
    }

    /// <summary>A text that identifies as a whole, and by those of its words that are no common ones.</summary>
    internal void AddPhrase(string text)
    {
        var folded = new FoldedText(text).Spaced.Value.Trim(' ');
        var words = folded.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.All(Vocabulary.Has) || text.Length > LongestPhrase)
        {
            return;
        }

        if (folded.Length >= ShortestNumber)
        {
            phrases.Add(folded);
        }

        AddNumber(text);
        AddWords(text, ShortestWord, Vocabulary.Has);
        foreach (var word in words.Where(word => word.Any(char.IsDigit)))
        {
            AddNumber(word);
        }
    }

    internal void AddNumber(string text)
    {
        var folded = new FoldedText(text).Compact.Value;
        if (folded.Length < ShortestNumber || !folded.Any(char.IsDigit))
        {
            return;
        }

        numbers.Add(folded);
        // MRN 4455667 is also written 4455667, Z0018 also 18; the last is too short to be told from a measure.
        var digits = string.Concat(folded.Where(char.IsDigit)).TrimStart('0');
        if (digits.Length > ShortestNumber)
        {
            numbers.Add(digits);
        }
    }

    /// <summary>
    /// A DA or DT: its day as digits in each order, and as day and month in words. With a year and separators any date is found, known or not.
    /// </summary>
    internal void AddDate(string value)
    {
        if (value.Length < 8 || !DateOnly.TryParseExact(value.AsSpan(0, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            return;
        }

        foreach (var format in DigitFormats)
        {
            numbers.Add(date.ToString(format, CultureInfo.InvariantCulture));
        }

        foreach (var format in WordFormats)
        {
            phrases.Add(date.ToString(format, CultureInfo.InvariantCulture).ToLowerInvariant());
        }
    }

    internal void AddUid(string uid)
    {
        if (uid.Length > ShortestNumber)
        {
            uids.Add(FoldedText.Of(uid));
        }
    }

    private void AddFullName(IEnumerable<string> components)
    {
        var words = new FoldedText(string.Join(' ', components)).Spaced.Value.Trim(' ');
        if (words.Contains(' ', StringComparison.Ordinal) && !words.Split(' ').All(Vocabulary.IsTechnical))
        {
            phrases.Add(words);
            var joined = words.Replace(" ", "", StringComparison.Ordinal);
            if (joined.Length >= ShortestJoined && joined.All(char.IsLetter))
            {
                names.Add(joined);
            }
        }
    }

    private void AddWords(string text, int shortest, Func<string, bool> isCommon)
    {
        // Umlauts are also written as two letters, or as one without its dots; an apostrophe is also left out.
        string[] writings = [text, WithTwoLetters(text), text.Replace("'", "", StringComparison.Ordinal).Replace("\u2019", "", StringComparison.Ordinal)];
        foreach (var word in writings.SelectMany(writing => new FoldedText(writing).Spaced.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (word.Length >= shortest && word.All(char.IsLetter) && !isCommon(word))
            {
                names.Add(word);
                names.UnionWith(WithOneLetter(word));
            }
        }
    }

    private static string WithTwoLetters(string text) => string.Concat(text.Normalize(NormalizationForm.FormC).Select(letter => letter switch
    {
        'ä' or 'Ä' => "ae",
        'ö' or 'Ö' or 'ø' or 'Ø' => "oe",
        'ü' or 'Ü' => "ue",
        'å' or 'Å' => "aa",
        _ => letter.ToString(),
    }));

    private static IEnumerable<string> WithOneLetter(string word) =>
        from pair in new[] { ("ae", "a"), ("oe", "o"), ("ue", "u") }
        where word.Length >= ShortestWord && word.Contains(pair.Item1, StringComparison.Ordinal)
        select word.Replace(pair.Item1, pair.Item2, StringComparison.Ordinal);
}
