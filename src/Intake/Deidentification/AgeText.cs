using System.Globalization;
using System.Text.RegularExpressions;

namespace Scanlock.Intake.Deidentification;

/// <summary>Ages as AS has them (PS3.5 6.2): three digits and D, W, M or Y.</summary>
internal static partial class AgeText
{
    /// <summary>The oldest that does not tell a person apart (45 CFR 164.514(b)(2)(i)(C)).</summary>
    private const int MaxYears = 89;

    /// <summary>The age, at most 89 years; null where it is none.</summary>
    internal static string? Capped(string value)
    {
        if (Age().Match(value) is not { Success: true } match)
        {
            return null;
        }

        var number = int.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture);
        var unit = match.Groups["unit"].Value is { Length: 1 } letter ? char.ToUpperInvariant(letter[0]) : 'Y';
        var perYear = unit switch { 'D' => 365.25, 'W' => 52.18, 'M' => 12.0, _ => 1.0 };
        return number / perYear >= MaxYears + 1 ? $"{MaxYears:D3}Y" : $"{number:D3}{unit}";
    }

    [GeneratedRegex(@"^(?<number>\d{1,3}) ?(?<unit>[DWMYdwmy]?)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Age();
}
