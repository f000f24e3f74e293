using System.Globalization;
using System.Text.RegularExpressions;

namespace Scanlock.Intake.Deidentification;

/// <summary>Moves dates by whole days, times of the day and zones as they are.</summary>
internal static partial class DateShift
{
    private static readonly string[] Precisions = ["yyyyMMdd", "yyyyMM", "yyyy"];

    /// <summary>
    /// The value so many days earlier, as a DA or DT has it (PS3.5 6.2), also of one that lacks the day or has the separators of ACR-NEMA and
    /// of ISO 8601; null where it is no date.
    /// </summary>
    internal static string? Earlier(string value, int days, bool hasTime)
    {
        if (DateAndTime().Match(value) is not { Success: true } match)
        {
            return null;
        }

        var digits = match.Groups["year"].Value + match.Groups["month"].Value + match.Groups["day"].Value;
        var format = Precisions.First(format => format.Length == digits.Length);
        return DateOnly.TryParseExact(digits, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date.DayNumber >= days
            ? date.AddDays(-days).ToString(format, CultureInfo.InvariantCulture) + (hasTime ? match.Groups["rest"].Value : "")
            : null;
    }

    [GeneratedRegex(
        @"^(?<year>\d{4})(?:(?<gap>[-./]?)(?<month>\d\d)(?:\k<gap>(?<day>\d\d)(?:[ T]?(?<rest>(?:\d{2,6}(?:\.\d{1,6})?)?(?:[+-]\d{4})?))?)?)?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DateAndTime();
}
