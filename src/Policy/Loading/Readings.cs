using System.Globalization;
using System.Text.RegularExpressions;
using Scanlock.Contracts;

namespace Scanlock.Policy;

/// <summary>The kinds of values that a policy file holds, each with the sentence for what is not one.</summary>
internal static partial class Readings
{
    private const int LongestText = 300;

    private static readonly TimeSpan ShortestLease = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestLease = TimeSpan.FromHours(24);

    /// <summary>A name that identifies: of a dataset, an organisation, a site.</summary>
    public static string? Name(string text, out string value)
    {
        value = text;
        return NameForm().IsMatch(text)
            ? null
            : $"'{Section.Shown(text)}' is not a name: use a-z, 0-9, '-', '_' and '.', starting with a letter or digit, at most 64";
    }

    public static string? Text(string text, out string value)
    {
        value = text;
        if (text.Length is 0 or > LongestText)
        {
            return $"text of 1 to {LongestText} characters is expected here, not {text.Length}";
        }

        return text.Any(char.IsControl) ? "text without line breaks or control characters is expected here" : null;
    }

    /// <summary>A person, as <c>ISSUER#SUBJECT</c>.</summary>
    public static string? User(string text, out string value)
    {
        value = text;
        if (Text(text, out _) is { } wrong)
        {
            return wrong;
        }

        var hash = text.IndexOf('#', StringComparison.Ordinal);
        return hash > 0 && hash < text.Length - 1
            ? null
            : $"'{Section.Shown(text)}' is not a user: write ISSUER#SUBJECT, as the catalogue of users shows it";
    }

    public static string? Country(string text, out string value)
    {
        value = text;
        return Countries.Has(text) ? null : $"'{Section.Shown(text)}' is not a country code of ISO 3166, such as IT{Countries.Hint(text)}";
    }

    public static string? Digest(string text, out Sha256Digest value) => Sha256Digest.TryParse(text, out value)
        ? null
        : $"'{Section.Shown(text)}' is not a digest: write 'sha256:' and 64 lower-case hex digits";

    public static string? MaybeDigest(string text, out Sha256Digest? value)
    {
        var wrong = Digest(text, out var digest);
        value = wrong is null ? digest : null;
        return wrong;
    }

    /// <summary>A disease term, such as <c>MONDO:0100096</c>; compared as written, since no hierarchy of diseases is at hand.</summary>
    public static string? Disease(string text, out string value)
    {
        value = text;
        return DiseaseForm().IsMatch(text) ? null : $"'{Section.Shown(text)}' is not a disease term, such as MONDO:0100096";
    }

    public static string? Permission(string text, out DuoTerm value) => Term(text, permission: true, out value);

    public static string? Modifier(string text, out DuoTerm value) => Term(text, permission: false, out value);

    private static string? Term(string text, bool permission, out DuoTerm value)
    {
        value = Duo.Find(text)!;
        if (value is not null && value.IsPermission == permission)
        {
            return null;
        }

        var wanted = permission ? "permission" : "modifier";
        if (value is not null)
        {
            var given = permission ? "modifier" : "permission";
            return $"{value.Code} ({value.Label}) is a {given} of the Data Use Ontology; a {wanted} belongs here";
        }

        var known = (permission ? Duo.Permissions : Duo.Modifiers).Select(term => term.Code).ToList();
        var hint = $"{Suggestion.For(text, known)}; known are {string.Join(", ", known)}";
        return $"'{Section.Shown(text)}' is not a {wanted} of the Data Use Ontology{hint}";
    }

    /// <summary>A duration such as <c>90s</c>, <c>15m</c> or <c>1h</c>.</summary>
    public static string? Lease(string text, out TimeSpan value)
    {
        value = default;
        var match = DurationForm().Match(text);
        if (!match.Success)
        {
            return $"'{Section.Shown(text)}' is not a duration: write a number and s, m or h, such as 15m";
        }

        var count = int.Parse(match.Groups["count"].ValueSpan, CultureInfo.InvariantCulture);
        value = match.Groups["unit"].ValueSpan switch
        {
            "s" => TimeSpan.FromSeconds(count),
            "m" => TimeSpan.FromMinutes(count),
            _ => TimeSpan.FromHours(count),
        };
        return value >= ShortestLease && value <= LongestLease ? null : $"a lease lasts from 5s to 24h, not {text}";
    }

    /// <summary>A day, through to its end in UTC.</summary>
    public static string? Expiry(string text, out DateTimeOffset value)
    {
        value = default;
        var isDay = DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day);
        if (!isDay || day == DateOnly.MaxValue)
        {
            return $"'{Section.Shown(text)}' is not a date: write YYYY-MM-DD, such as 2027-06-30";
        }

        value = new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);
        return null;
    }

    /// <summary>A day, at noon in UTC.</summary>
    public static string? Day(string text, out DateTimeOffset? value)
    {
        var wrong = Expiry(text, out var end);
        value = wrong is null ? end - TimeSpan.FromHours(12) : null;
        return wrong;
    }

    /// <summary>One word of a closed list.</summary>
    public static Reading<string> OneOf(IReadOnlyList<string> words)
    {
        string? Read(string text, out string value)
        {
            value = text;
            return words.Contains(text, StringComparer.Ordinal)
                ? null
                : $"'{Section.Shown(text)}' is not one of {string.Join(", ", words)}{Suggestion.For(text, words)}";
        }

        return Read;
    }

    public static string? YesOrNo(string text, out bool value)
    {
        value = text == "true";
        return text is "true" or "false" ? null : $"'{Section.Shown(text)}' is neither true nor false";
    }

    /// <summary>A private element, as its creator, the odd group, and its number in the creator's block.</summary>
    public static string? PrivateElement(string text, out string value)
    {
        value = text;
        return PrivateElementForm().IsMatch(text)
            ? null
            : $"'{Section.Shown(text)}' is not a private element: write CREATOR,gggg,ee: its creator, its odd group and its number in the block, in hexadecimal digits";
    }

    /// <summary>A digest, or <c>none</c> as null.</summary>
    public static string? Weights(string text, out Sha256Digest? value)
    {
        value = null;
        if (text == "none")
        {
            return null;
        }

        if (!Sha256Digest.TryParse(text, out var digest))
        {
            return $"'{Section.Shown(text)}' names no initial weights: write 'none', or 'sha256:' and 64 lower-case hex digits";
        }

        value = digest;
        return null;
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NameForm();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9:._-]{0,63}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DiseaseForm();

    // Value representation LO bounds a creator's name; a name may have commas.
    [GeneratedRegex(@"^[^\\\p{Cc},][^\\\p{Cc}]{0,63},[0-9A-Fa-f]{3}[13579BDFbdf],[0-9A-Fa-f]{2}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PrivateElementForm();

    [GeneratedRegex(@"^(?<count>[0-9]{1,6})(?<unit>[smh])\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DurationForm();
}
