using System.CommandLine;
using System.Text.Json.Serialization;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Cli.Datasets;

/// <summary>
/// <c>dataset label</c>: labels from a CSV file. By <c>file</c>, the digest of each file's bytes stands for its name, which stays here.
/// </summary>
internal static class LabelCommand
{
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
        var root = new Option<DirectoryInfo?>("--root") { HelpName = "DIR", Description = "What the paths of a file column are relative to; the CSV file's folder where left out." };
        var command = new Command("label", "Label uploaded objects from a CSV file.") { file, dataset, key, column, label, patient, root, Session.GatewayOption };
        command.SetAction((parse, cancellationToken) =>
        {
            var source = parse.GetRequiredValue(file);
            var asked = new Asked(
                source, parse.GetValue(dataset), parse.GetRequiredValue(key), parse.GetValue(column), parse.GetRequiredValue(label), parse.GetValue(patient),
                parse.GetValue(root)?.FullName ?? source.DirectoryName!);
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

        var columns = Columns.Find(table, asked.Key, asked.KeyColumn, asked.Label, asked.Patient);
        if (columns.Problem is not null)
        {
            return Failure.Report(parse, ExitCode.Failed, "no-column", $"{asked.Source.Name}: {columns.Problem}");
        }

        var name = await DatasetOption.ResolveAsync(gateway, asked.Dataset, cancellationToken);
        var rows = await AssignmentsAsync(table, columns, asked.Key == "file" ? asked.Root : null, cancellationToken);
        return rows.Problem is null
            ? Show(parse, await SendAsync(gateway, name, table, new(asked.Label, asked.Key, rows.Assignments), cancellationToken), asked.Source.Name)
            : Failure.Report(parse, ExitCode.Failed, "no-file", $"{asked.Source.Name}, {rows.Problem}");
    }

    private static async Task<LabelJson> SendAsync(HostClient gateway, string dataset, CsvTable table, LabelUpload upload, CancellationToken cancellationToken)
    {
        try
        {
            var report = await gateway.PostAsync(
                Routes.Fill(GatewayRoutes.Labels, dataset), upload, ContractsJson.Strict.LabelUpload, ContractsJson.Strict.LabelReport, cancellationToken);
            return new(dataset, report.Labelled, report.Unlabelled, []);
        }
        catch (HostProblemException problem) when (problem.Unmatched.Count > 0)
        {
            // The gateway names rows by position; only here is it known which lines they are.
            return new(dataset, 0, 0, [.. problem.Unmatched.Select(position => table.Rows[position].Line)]);
        }
    }

    private static int Show(ParseResult parse, LabelJson report, string source)
    {
        var shown = Output.Show(parse, report, LabelJsonContext.Default.LabelJson, output =>
        {
            if (report.UnmatchedLines.Count > 0)
            {
                output.WriteLine($"Nothing was labelled: {report.UnmatchedLines.Count} rows of {source} match no object of '{report.Dataset}'.");
                output.WriteLine($"  lines {string.Join(", ", report.UnmatchedLines.Take(20))}{(report.UnmatchedLines.Count > 20 ? ", ..." : "")}");
                return;
            }

            output.WriteLine($"'{report.Dataset}': {report.Labelled} objects labelled, {report.Unlabelled} without a label.");
        });
        return report.UnmatchedLines.Count > 0 ? ExitCode.Failed : shown;
    }

    private static async Task<(IReadOnlyList<LabelAssignment> Assignments, string? Problem)> AssignmentsAsync(
        CsvTable table, Columns columns, string? folder, CancellationToken cancellationToken)
    {
        var assignments = new List<LabelAssignment>(table.Rows.Count);
        foreach (var row in table.Rows)
        {
            var key = row.Fields[columns.Key];
            if (folder is not null)
            {
                var path = Path.Combine(folder, key);
                if (!File.Exists(path))
                {
                    return ([], $"line {row.Line}: there is no file '{key}' in '{folder}'.");
                }

                await using var file = File.OpenRead(path);
                key = (await Sha256Digest.OfAsync(file, cancellationToken)).ToString();
            }

            assignments.Add(new(key, row.Fields[columns.Label], columns.Patient is { } patient ? row.Fields[patient] : null));
        }

        return (assignments, null);
    }

    private sealed record Asked(FileInfo Source, string? Dataset, string Key, string? KeyColumn, string Label, string? Patient, string Root);

    private sealed record Columns(int Key, int Label, int? Patient, string? Problem)
    {
        public static Columns Find(CsvTable table, string kind, string? keyColumn, string label, string? patient)
        {
            var usual = kind switch
            {
                "file" => (string[])["file", "filename", "path"],
                "sop" => ["sop", "sop_instance_uid", "SOPInstanceUID"],
                "series" => ["series", "series_instance_uid", "SeriesInstanceUID"],
                "study" => ["study", "study_instance_uid", "StudyInstanceUID"],
                "accession" => ["accession", "accession_number", "AccessionNumber"],
                _ => ["patient", "patient_id", "PatientID"],
            };
            var names = keyColumn is null ? usual : [keyColumn];
            var key = names.Select(name => table.Headings.ToList().IndexOf(name)).FirstOrDefault(index => index >= 0, -1);
            var labelAt = table.Headings.ToList().IndexOf(label);
            var patientAt = patient is null ? (int?)null : table.Headings.ToList().IndexOf(patient);
            var problem = key < 0 ? $"no column {string.Join(" or ", names)}; name it with --key-column."
                : labelAt < 0 ? $"no column {label}."
                : patientAt < 0 ? $"no column {patient}."
                : null;
            return new(key, labelAt, patientAt, problem is null ? null : $"{problem} It has {string.Join(", ", table.Headings)}.");
        }
    }
}

internal sealed record LabelJson(string Dataset, int Labelled, int Unlabelled, IReadOnlyList<int> UnmatchedLines);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LabelJson))]
internal sealed partial class LabelJsonContext : JsonSerializerContext;
