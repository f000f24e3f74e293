using System.CommandLine;
using System.Text.Json.Serialization;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Cli.Datasets.Labels;

/// <summary>
/// <c>dataset label</c>: labels from a CSV file. By <c>file</c>, the digest of each file's bytes stands for its name, which stays here.
/// </summary>
internal static class LabelCommand
{
    private const int MostShown = 20;
    private const int MostNamed = 5;
    private static readonly string[] s_kinds = ["file", "sop", "series", "study", "accession", "patient"];

    public static Command Build()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "A CSV file with a heading row." };
        var dataset = DatasetOption.Build();
        var key = new Option<string>("--key") { Required = true, HelpName = "KIND", Description = "What the rows are matched by: file, sop, series, study, accession or patient." };
        key.AcceptOnlyFromAmong(s_kinds);
        var column = new Option<string?>("--key-column") { HelpName = "COL", Description = "The column with the key; found by its usual names where left out." };
        var label = new Option<string>("--label") { Required = true, HelpName = "COL", Description = "The column with the label; also the label's name." };
        var patient = new Option<string?>("--patient") { HelpName = "COL", Description = "The column that says which samples are one patient's, where the headers do not." };
        var root = new Option<string?>("--root") { HelpName = "PATH", Description = "The folder or zip archive that a file column names files of; the CSV file's folder where left out." };
        var skip = new Option<bool>("--skip-unmatched") { Description = "Label the others although some rows match no object, as those of files that were not taken do." };
        var command = new Command("label", "Label uploaded objects from a CSV file.") { file, dataset, key, column, label, patient, root, skip, Session.GatewayOption };
        command.SetAction((parse, cancellationToken) =>
        {
            var source = parse.GetRequiredValue(file);
            var asked = new Asked(
                source, parse.GetValue(dataset), parse.GetRequiredValue(key), parse.GetValue(column), parse.GetRequiredValue(label), parse.GetValue(patient),
                parse.GetValue(root) ?? source.DirectoryName!, parse.GetValue(skip));
            return LabelAsync(parse, asked, cancellationToken);
        });
        return command;
    }

    private static async Task<int> LabelAsync(ParseResult parse, Asked asked, CancellationToken cancellationToken)
    {
        using var session = Session.Of(parse);
        var gateway = session.Gateway(parse);
        CsvTable table;
        try
        {
            using var reader = asked.Source.OpenText();
            table = CsvTable.Read(reader);
        }
        catch (FormatException e)
        {
            return Failure.Report(parse, ExitCode.Failed, "bad-csv", $"{asked.Source.Name}, {e.Message}");
        }

        var columns = LabelColumns.Find(table, asked.Key, asked.KeyColumn, asked.Label, asked.Patient);
        if (columns.Problem is not null)
        {
            return Failure.Report(parse, ExitCode.Failed, "no-column", $"{asked.Source.Name}: {columns.Problem}");
        }

        var name = await DatasetOption.ResolveAsync(gateway, asked.Dataset, cancellationToken);
        var rows = await AssignmentsAsync(table, columns, asked, cancellationToken);
        if (rows.Problem is not null)
        {
            return Failure.Report(parse, ExitCode.Failed, "no-file", $"{asked.Source.Name}, {rows.Problem}");
        }

        var upload = new LabelUpload(asked.Label, asked.Key, [.. rows.Assignments.Select(row => row.Assignment)], asked.SkipsUnmatched);
        var (report, unmatched) = await SendAsync(gateway, name, upload, cancellationToken);
        var skipped = rows.Skipped.Concat(unmatched.Select(position => rows.Assignments[position].Row))
            .OrderBy(row => row.Line).Select(row => new SkippedRowJson(row.Line, row.Fields[columns.Key])).ToList();
        return Show(parse, new(name, report?.Labelled ?? 0, report?.Unlabelled ?? 0, [.. skipped.Select(row => row.Line)], skipped), asked, isDone: report is not null);
    }

    /// <summary>The report, or null where rows that match nothing refused the whole; and their positions, for the gateway knows no lines.</summary>
    private static async Task<(LabelReport? Report, IReadOnlyList<int> Unmatched)> SendAsync(
        HostClient gateway, string dataset, LabelUpload upload, CancellationToken cancellationToken)
    {
        if (upload.Rows.Count == 0)
        {
            return (null, []);
        }

        try
        {
            var report = await gateway.PostAsync(
                Routes.Fill(GatewayRoutes.Labels, dataset), upload, ContractsJson.Strict.LabelUpload, ContractsJson.Strict.LabelReport, cancellationToken);
            return (report, report.Unmatched);
        }
        catch (HostProblemException problem) when (problem.Unmatched.Count > 0)
        {
            return (null, problem.Unmatched);
        }
    }

    private static int Show(ParseResult parse, LabelJson report, Asked asked, bool isDone)
    {
        var shown = Output.Show(parse, report, LabelJsonContext.Default.LabelJson, output =>
        {
            var rows = $"{report.Unmatched.Count} rows of {asked.Source.Name} match no object of '{report.Dataset}'";
            output.WriteLine(isDone
                ? $"'{report.Dataset}': {report.Labelled} objects labelled, {report.Unlabelled} without a label.{(report.Unmatched.Count > 0 ? $" Skipped: {rows}." : "")}"
                : $"Nothing was labelled: {rows}.");
            if (report.Unmatched.Count == 0)
            {
                return;
            }

            output.WriteLine($"  lines {string.Join(", ", report.UnmatchedLines.Take(MostShown))}{(report.Unmatched.Count > MostShown ? ", ..." : "")}");
            output.WriteLine(Output.Printable($"  {string.Join(", ", report.Unmatched.Take(MostNamed).Select(row => row.Key))}{(report.Unmatched.Count > MostNamed ? ", ..." : "")}"));
            if (!isDone)
            {
                output.WriteLine("  Were they refused, quarantined or never uploaded? --skip-unmatched labels the others.");
            }
        });
        return isDone ? shown : ExitCode.Failed;
    }

    private static async Task<Rows> AssignmentsAsync(CsvTable table, LabelColumns columns, Asked asked, CancellationToken cancellationToken)
    {
        using var files = asked.Key == "file" ? new LabelledFiles(asked.Root) : null;
        var rows = new Rows([], [], null);
        foreach (var row in table.Rows)
        {
            var key = row.Fields[columns.Key];
            if (files is not null)
            {
                var (digest, problem) = await files.DigestAsync(key, cancellationToken);
                if (digest is null && !asked.SkipsUnmatched)
                {
                    return rows with { Problem = $"line {row.Line}: {problem}" };
                }

                if (digest is null)
                {
                    rows.Skipped.Add(row);
                    continue;
                }

                key = digest.Value.ToString();
            }

            rows.Assignments.Add((row, new(key, row.Fields[columns.Label], columns.Patient is { } patient ? row.Fields[patient] : null)));
        }

        return rows;
    }

    /// <param name="Assignments">What is asked for, with the row that asks.</param>
    /// <param name="Skipped">Rows of files that are not there.</param>
    private sealed record Rows(List<(CsvRow Row, LabelAssignment Assignment)> Assignments, List<CsvRow> Skipped, string? Problem);

    private sealed record Asked(FileInfo Source, string? Dataset, string Key, string? KeyColumn, string Label, string? Patient, string Root, bool SkipsUnmatched);
}

/// <param name="UnmatchedLines">Lines of the rows that match no object. With none labelled, they are why.</param>
/// <param name="Unmatched">The same, each with its key.</param>
internal sealed record LabelJson(string Dataset, int Labelled, int Unlabelled, IReadOnlyList<int> UnmatchedLines, IReadOnlyList<SkippedRowJson> Unmatched);

internal sealed record SkippedRowJson(int Line, string Key);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LabelJson))]
internal sealed partial class LabelJsonContext : JsonSerializerContext;
