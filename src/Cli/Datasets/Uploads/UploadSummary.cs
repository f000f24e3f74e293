using System.Globalization;
using System.Text.Json.Serialization;

namespace Scanlock.Cli.Datasets.Uploads;

/// <summary>What an upload came to: counts, and every file that was not taken with the reason.</summary>
/// <param name="Objects">Files that were to be sent.</param>
/// <param name="Stored">Objects that are in the dataset since.</param>
/// <param name="Duplicates">Objects that were there already.</param>
/// <param name="Quarantined">Kept apart until a steward decides.</param>
/// <param name="Refused">By the gateway; nothing of them is kept.</param>
/// <param name="Unreadable">Meant to be sent, and could not be.</param>
/// <param name="Skipped">Not meant to be sent.</param>
/// <param name="NotSent">Files that were not reached before the upload ended.</param>
/// <param name="SentBytes">Bytes of the objects that were sent.</param>
internal sealed record UploadSummary(
    string Dataset,
    int Objects,
    int Stored,
    int Duplicates,
    IReadOnlyList<FileReason> Quarantined,
    IReadOnlyList<FileReason> Refused,
    IReadOnlyList<FileReason> Unreadable,
    IReadOnlyList<FileReason> Skipped,
    int NotSent,
    long SentBytes,
    double Seconds,
    double ObjectsPerSecond)
{
    private const int MostNames = 5;

    public static UploadSummary Of(string dataset, int items, IReadOnlyList<FileOutcome> settled, IEnumerable<FileOutcome> leftOut, ObjectProgress progress)
    {
        var all = settled.Concat(leftOut).OrderBy(outcome => outcome.File, StringComparer.Ordinal).ToList();
        var seconds = Math.Max(progress.Elapsed.TotalSeconds, 1e-3);
        return new(
            dataset, items, Count(FileOutcomes.Stored), Count(FileOutcomes.Duplicate), Those(FileOutcomes.Quarantined), Those(FileOutcomes.Refused),
            Those(FileOutcomes.Unreadable), Those(FileOutcomes.Skipped), items - settled.Count, progress.SentBytes, Math.Round(seconds, 3), Math.Round(progress.Sent / seconds, 2));

        int Count(string outcome) => all.Count(file => file.Outcome == outcome);

        IReadOnlyList<FileReason> Those(string outcome) => [.. all.Where(file => file.Outcome == outcome).Select(file => new FileReason(file.File, file.Code, file.Reason))];
    }

    /// <summary>For people: the counts, then the files that were not taken, by reason, a few names each.</summary>
    public void Show(TextWriter output)
    {
        var parts = new List<string> { $"{Stored} stored", $"{Duplicates} already there" };
        AddCount(parts, Quarantined.Count, "quarantined");
        parts.Add($"{Refused.Count} refused");
        AddCount(parts, Unreadable.Count, "unreadable");
        AddCount(parts, NotSent, "not sent");
        var rate = SentBytes > 0
            ? string.Create(CultureInfo.InvariantCulture, $" Sent {Output.Bytes(SentBytes)} in {Seconds:0.0} s: {ObjectsPerSecond:0.0} objects/s, {SentBytes / 1e6 / Seconds:0.0} MB/s.")
            : "";
        output.WriteLine($"'{Dataset}': {string.Join(", ", parts)}, of {Objects}.{rate}");
        var more = ShowGroups(output, "quarantined", Quarantined) | ShowGroups(output, "refused", Refused)
            | ShowGroups(output, "could not be read", Unreadable) | ShowGroups(output, "left out", Skipped);
        if (more)
        {
            output.WriteLine("  --report FILE.csv lists every file.");
        }
    }

    private static void AddCount(List<string> parts, int count, string what)
    {
        if (count > 0)
        {
            parts.Add($"{count} {what}");
        }
    }

    /// <summary>True where not every name is shown.</summary>
    private static bool ShowGroups(TextWriter output, string what, IReadOnlyList<FileReason> files)
    {
        var more = false;
        foreach (var group in files.GroupBy(file => (file.Code, file.Reason)).OrderByDescending(group => group.Count()))
        {
            var names = group.Select(file => Output.Printable(file.File)).ToList();
            output.WriteLine(Output.Printable($"  {names.Count} {what}: {group.Key.Reason} ({group.Key.Code})"));
            foreach (var name in names.Take(MostNames))
            {
                output.WriteLine($"      {name}");
            }

            if (names.Count > MostNames)
            {
                output.WriteLine($"      ... and {names.Count - MostNames} more");
                more = true;
            }
        }

        return more;
    }
}

internal sealed record FileReason(string File, string Code, string Reason);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(UploadSummary))]
internal sealed partial class UploadSummaryJson : JsonSerializerContext;
