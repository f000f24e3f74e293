using System.Text.Json;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts.Intake;

namespace Scanlock.Cli.Deidentification;

/// <summary>
/// What becomes of each file, written to the report as it becomes known: a run that is stopped or fails leaves what it did. The single elements are in
/// the report only and not kept. The report names originals, so only its owner may read it.
/// </summary>
internal sealed class RunLog : IDisposable
{
    private readonly Lock oneAtATime = new();
    private readonly List<FileJson> ended = [];
    private readonly DeidentificationOptions options;
    private readonly int total;
    private readonly FileStream? file;
    private readonly Utf8JsonWriter? report;

    /// <param name="path">Of the report; null for none.</param>
    /// <param name="total">How many files there are.</param>
    /// <exception cref="HostProblemException">A report is there that others may read too.</exception>
    internal RunLog(string? path, DeidentificationOptions options, int total)
    {
        (this.options, this.total) = (options, total);
        if (path is null)
        {
            return;
        }

        file = OwnerOnly.Create(path, FileMode.OpenOrCreate);
        if (OwnerOnly.IsOpenToOthers(file.SafeFileHandle))
        {
            file.Dispose();
            throw HostProblemException.Local("report-open", $"Others may read '{path}' too, and the report names originals: remove it, or run chmod 600 on it.");
        }

        if (file.CanSeek)
        {
            file.SetLength(0);
        }

        report = new Utf8JsonWriter(file);
        report.WriteStartObject();
        report.WritePropertyName("options");
        JsonSerializer.Serialize(report, options, DeidentifyJsonContext.Default.DeidentificationOptions);
        report.WriteStartArray("files");
        report.Flush();
    }

    internal void Add(FileJson outcome)
    {
        lock (oneAtATime)
        {
            if (report is not null)
            {
                JsonSerializer.Serialize(report, outcome, DeidentifyJsonContext.Default.FileJson);
                report.Flush();
            }

            ended.Add(outcome.WithoutElements());
        }
    }

    internal DeidentifyJson Sum() => DeidentifyJson.Of(options, [.. ended.OrderBy(outcome => outcome.File, StringComparer.Ordinal)], total);

    /// <summary>Ends the report, also that of a run which did not come to its end: it says how many files were not reached.</summary>
    public void Dispose()
    {
        if (report is null)
        {
            return;
        }

        var sum = Sum();
        report.WriteEndArray();
        report.WriteNumber("done", sum.Done);
        report.WriteNumber("failed", sum.Failed);
        report.WriteNumber("skipped", sum.Skipped);
        report.WriteNumber("unreached", sum.Unreached);
        report.WritePropertyName("counts");
        JsonSerializer.Serialize(report, sum.Counts, DeidentifyJsonContext.Default.IReadOnlyDictionaryDeidentificationActionInt32);
        report.WriteEndObject();
        report.Dispose();
        file!.Dispose();
    }
}
