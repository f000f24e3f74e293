using System.CommandLine;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Cli.Datasets.Care;

/// <summary><c>dataset quality</c>: what is odd about a dataset's series, before it is sealed.</summary>
internal static class QualityCommand
{
    /// <summary>Most slices a line names.</summary>
    private const int MostSlices = 8;

    public static Command Build()
    {
        var name = DatasetCommands.Name();
        var series = new Option<string?>("--series") { HelpName = "PSEUDONYM", Description = "Only what is found in this series." };
        var all = new Option<bool>("--all") { Description = "Also what is common and only good to know." };
        var strict = new Option<bool>("--strict") { Description = "Fail where there is a warning or an error." };
        var command = new Command("quality", "Judge every series: gaps, duplicates, tilt, spacing, values, and what is missing.") { name, series, all, strict, Session.GatewayOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var report = await ReadAsync(session.Gateway(parse), parse.GetRequiredValue(name), cancellationToken);
            var shown = report with
            {
                Findings = [.. report.Findings.Where(finding => (parse.GetValue(series) is not { } wanted || finding.Series == wanted)
                    && (parse.GetValue(all) || parse.GetValue(CommandLine.Json) || finding.Severity != QualitySeverity.Info))],
            };
            Output.Show(parse, shown, ContractsJson.Strict.QualityReport, output => Write(output, shown));
            return parse.GetValue(strict) && HasFaults(report)
                ? Failure.Report(parse, ExitCode.Failed, "quality", $"'{report.Dataset}' has {Summary(report)}.")
                : ExitCode.Done;
        });
        return command;
    }

    public static Task<QualityReport> ReadAsync(HostClient gateway, string dataset, CancellationToken cancellationToken) =>
        gateway.GetAsync(Routes.Fill(GatewayRoutes.Quality, dataset), ContractsJson.Strict.QualityReport, cancellationToken);

    public static bool HasFaults(QualityReport report) => report.Severities.Keys.Any(severity => severity is QualitySeverity.Error or QualitySeverity.Warning);

    /// <summary>"2 errors and 1 warning", or "no findings".</summary>
    public static string Summary(QualityReport report)
    {
        var parts = Enum.GetValues<QualitySeverity>().Where(report.Severities.ContainsKey)
            .Select(severity => (Count: report.Severities[severity], Name: NameOf(severity)))
            .Select(part => $"{part.Count} {part.Name}{(part.Count == 1 || part.Name == "info" ? "" : "s")}").ToList();
        return parts.Count == 0 ? "no findings" : string.Join(", ", parts);
    }

    private static void Write(TextWriter output, QualityReport report)
    {
        var quarantined = report.Quarantined > 0 ? $"; {report.Quarantined} objects are quarantined and not judged" : "";
        var unjudged = report.Unjudged > 0 ? $"; {report.Unjudged} are from before what is needed to judge them was kept" : "";
        output.WriteLine($"'{report.Dataset}': {report.Samples} samples in {report.Series} series: {Summary(report)}{unjudged}{quarantined}.");
        foreach (var group in report.Findings.GroupBy(finding => (finding.Severity, finding.Code)))
        {
            output.WriteLine();
            output.WriteLine($"{NameOf(group.Key.Severity)}: {NameOf(group.Key.Code)}");
            foreach (var finding in group)
            {
                output.WriteLine(Output.Printable($"  {Subject(finding)}: {finding.Sentence}"));
                foreach (var upload in finding.Slices.Take(MostSlices).GroupBy(slice => slice.Upload, StringComparer.Ordinal))
                {
                    output.WriteLine(Output.Printable($"    object {string.Join(", ", upload.Select(NameOf))} of upload {upload.Key}"));
                }

                if (finding.Slices.Count > MostSlices)
                {
                    output.WriteLine("    and more; --json names up to 50");
                }
            }
        }

        var listed = report.Counts.Values.Sum();
        if (report.Findings.Count < listed)
        {
            output.WriteLine();
            output.WriteLine($"{listed - report.Findings.Count} findings are not listed here; --all and --json list more.");
        }
    }

    private static string Subject(QualityFinding finding) => finding switch
    {
        { Series: { } series } => $"series {series}",
        { Patient: { } patient } => $"patient {patient}",
        _ => "all",
    };

    private static string NameOf(SliceAddress slice) => slice.Frame == 0 ? $"{slice.Ordinal}" : $"{slice.Ordinal} (frame {slice.Frame})";

    private static string NameOf(QualitySeverity severity) => System.Text.Json.JsonSerializer.Serialize(severity, ContractsJson.Strict.QualitySeverity).Trim('"');

    private static string NameOf(QualityCode code) => System.Text.Json.JsonSerializer.Serialize(code, ContractsJson.Strict.QualityCode).Trim('"');
}
