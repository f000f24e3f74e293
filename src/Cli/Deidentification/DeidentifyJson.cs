using System.Text.Json;
using System.Text.Json.Serialization;
using Scanlock.Contracts.Intake;

namespace Scanlock.Cli.Deidentification;

/// <summary>What a run did.</summary>
/// <param name="Done">Files written.</param>
/// <param name="Failed">Files and folders that were not done.</param>
/// <param name="Skipped">What was left alone: tables, texts, DICOMDIRs, links and hidden files that are no objects.</param>
/// <param name="Unreached">Files that a run which was stopped did not come to.</param>
/// <param name="Counts">How often each action was taken, over all files.</param>
internal sealed record DeidentifyJson(
    int Done, int Failed, int Skipped, int Unreached, DeidentificationOptions Options, IReadOnlyDictionary<DeidentificationAction, int> Counts, IReadOnlyList<FileJson> Files)
{
    internal static DeidentifyJson Of(DeidentificationOptions options, IReadOnlyList<FileJson> files, int total) => new(
        files.Count(file => file.Code is null), files.Count(file => file is { Code: not null, IsLeftAlone: false }), files.Count(file => file.IsLeftAlone), total - files.Count, options,
        new SortedDictionary<DeidentificationAction, int>(
            files.SelectMany(file => file.Report?.Counts ?? new Dictionary<DeidentificationAction, int>())
                .GroupBy(count => count.Key).ToDictionary(group => group.Key, group => group.Sum(count => count.Value))),
        files);

    internal void Show(TextWriter output)
    {
        output.WriteLine($"{Done} de-identified, {Failed} not done{(Skipped > 0 ? $", {Skipped} left alone" : "")}.");
        foreach (var file in Files.Where(file => file.Code is not null))
        {
            output.WriteLine(Output.Printable($"  {file.File}: {file.Reason} ({file.Code})"));
        }

        if (Done > 0)
        {
            output.WriteLine("Paths are kept, and names of people in them are not looked for: see that none tells whose file it is.");
        }

        var telling = Files.Count(file => file.PathIdentifies);
        if (telling > 0)
        {
            output.WriteLine($"The paths of {telling} files hold an identifier of the patient: rename them before you give them away.");
        }
    }
}

/// <summary>What became of a file.</summary>
/// <param name="File">Its path below IN.</param>
/// <param name="Code">Why it was not done, from a closed list; null where it was.</param>
/// <param name="IsLeftAlone">It is nothing that would be done: its code is no failure.</param>
/// <param name="PathIdentifies">Its path, which is kept, holds an identifier of the patient.</param>
internal sealed record FileJson(string File, string? Code, string? Reason, bool IsLeftAlone, bool PathIdentifies, DeidentificationReport? Report)
{
    internal static FileJson Done(string file, DeidentificationReport report, bool pathIdentifies) => new(file, null, null, false, pathIdentifies, report);

    internal static FileJson LeftAlone(string file, string code, string reason) => new(file, code, reason, true, false, null);

    internal static FileJson Failed(string file, string code, string reason) => new(file, code, reason, false, false, null);

    /// <summary>Without the single elements, which are for a file and not for a terminal.</summary>
    internal FileJson WithoutElements() => Report is null ? this : this with { Report = Report with { Elements = [] } };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = false)]
[JsonSerializable(typeof(DeidentifyJson))]
internal sealed partial class DeidentifyJsonContext : JsonSerializerContext;
