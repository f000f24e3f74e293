using System.CommandLine;
using System.Globalization;
using Scanlock.Contracts.Intake;

namespace Scanlock.Cli.Deidentification;

/// <summary>The options of the profile as options of the command.</summary>
internal static class ProfileOptions
{
    private static readonly Option<bool> s_basic = new("--basic") { Description = "None of the options: the basic profile alone." };
    private static readonly Option<bool> s_descriptors = new("--clean-descriptors") { Description = "Descriptions and comments stay, without what identifies." };
    private static readonly Option<bool> s_structured = new("--clean-structured-content") { Description = "Contents of reports stay, without what identifies." };
    private static readonly Option<bool> s_dates = new("--retain-dates") { Description = "Dates stay, a patient's all moved by the same number of days." };
    private static readonly Option<bool> s_characteristics = new("--retain-characteristics") { Description = "Sex, age (at most 89), size, weight and the like stay." };
    private static readonly Option<bool> s_device = new("--retain-device") { Description = "What tells which device made the image stays." };
    private static readonly Option<bool> s_pixels = new("--clean-pixels") { Description = "Text in the pixels is painted over; without, pixels stay as they are." };
    private static readonly Option<string[]> s_safePrivate = new("--safe-private")
    {
        HelpName = "ELEMENT",
        Description = "A private element that stays, as CREATOR,gggg,ee; give it once for each. It changes nothing about the other options.",
    };

    internal static void AddTo(Command command)
    {
        foreach (var option in (Option[])[s_descriptors, s_structured, s_dates, s_characteristics, s_device, s_pixels, s_basic, s_safePrivate])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Those that are given; all where none is. Null where a private element is not named as it must be.</summary>
    internal static DeidentificationOptions? Read(ParseResult parse)
    {
        var safe = parse.GetValue(s_safePrivate) ?? [];
        if (!safe.All(IsElement))
        {
            return null;
        }

        var given = new DeidentificationOptions(
            parse.GetValue(s_descriptors), parse.GetValue(s_structured), parse.GetValue(s_dates), parse.GetValue(s_characteristics), parse.GetValue(s_device), parse.GetValue(s_pixels), safe);
        var isAll = !parse.GetValue(s_basic) && given with { SafePrivate = [] } == DeidentificationOptions.Basic with { SafePrivate = [] };
        return isAll ? DeidentificationOptions.All with { SafePrivate = safe } : given;
    }

    private static bool IsElement(string entry) =>
        entry.Split(',') is [_, .., var group, var element] parts && parts.Length >= 3 && parts[0].Length > 0
        && ushort.TryParse(group, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) && (number & 1) == 1
        && byte.TryParse(element, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);
}
