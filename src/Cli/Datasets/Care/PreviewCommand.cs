using System.CommandLine;
using System.Globalization;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Cli.Datasets.Care;

/// <summary><c>dataset preview</c>: one sample as it would leave, its record as text and its pixels as a picture.</summary>
internal static class PreviewCommand
{
    public static Command Build()
    {
        var name = DatasetCommands.Name();
        var sample = new Option<string?>("--sample") { HelpName = "KEY", Description = "This sample; a random one where left out." };
        var patient = new Option<string?>("--patient") { HelpName = "PSEUDONYM", Description = "One of this patient's samples." };
        var window = new Option<string?>("--window") { HelpName = "WIDTH,LEVEL", Description = "The window it is shown in, Hounsfield units; the lung's, 1500,-500, where left out." };
        var file = new Option<FileInfo?>("--out") { HelpName = "FILE.png", Description = "Where the picture goes; only its owner may read it. Without it there is text alone." };
        window.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && WindowOf(text) is null)
            {
                result.AddError("--window is a width and a level in Hounsfield units, such as 400,40.");
            }
        });
        var command = new Command("preview", "Look at one sample as it would leave; that you did is in the audit log.") { name, sample, patient, window, file, Session.GatewayOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var asked = parse.GetValue(window) is { } text ? WindowOf(text) : null;
            var shown = await session.Gateway(parse).PostAsync(
                Routes.Fill(GatewayRoutes.Preview, parse.GetRequiredValue(name)), new PreviewChoice(parse.GetValue(sample), parse.GetValue(patient), asked?.Width, asked?.Level),
                ContractsJson.Strict.PreviewChoice, ContractsJson.Strict.SamplePreview, cancellationToken);
            if (parse.GetValue(file) is { } picture)
            {
                await WriteAsync(picture.FullName, shown.Png, cancellationToken);
            }

            return Output.Show(parse, shown with { Png = [] }, ContractsJson.Strict.SamplePreview, output => Write(output, shown, parse.GetValue(file)));
        });
        return command;
    }

    private static (double Width, double Level)? WindowOf(string text) =>
        text.Split(',') is [var width, var level]
        && double.TryParse(width, NumberStyles.Float, CultureInfo.InvariantCulture, out var w) && double.TryParse(level, NumberStyles.Float, CultureInfo.InvariantCulture, out var l)
            ? (w, l)
            : null;

    /// <summary>A scan in the clear: nobody else may read the file at any moment, also where an older one had its name.</summary>
    private static async Task WriteAsync(string path, byte[] png, CancellationToken cancellationToken)
    {
        var partial = $"{path}.{Guid.NewGuid():N}.partial";
        await using (var file = OwnerOnly.Create(partial, FileMode.CreateNew))
        {
            await file.WriteAsync(png, cancellationToken);
        }

        File.Move(partial, path, overwrite: true);
    }

    private static void Write(TextWriter output, SamplePreview shown, FileInfo? picture)
    {
        var record = shown.Record;
        Output.Facts(
            output,
            ("sample", $"{shown.Sample}, drawn from {shown.Candidates}"),
            ("patient", record.Patient),
            ("series", record.Series),
            ("slice", record.SliceIndex?.ToString(CultureInfo.InvariantCulture)),
            ("matrix", $"{shown.Rows} x {shown.Columns}"),
            ("position", Numbers(record.Position, "mm")),
            ("orientation", Numbers(record.Orientation, "")),
            ("spacing", Numbers(record.Spacing, "mm: rows, columns, thickness")),
            ("image type", string.Join(", ", record.ImageType)),
            ("values", $"{shown.Lowest} to {shown.Highest} HU"),
            ("labels", shown.Labels.Count > 0 ? string.Join(", ", shown.Labels.Select(label => $"{label.Key} = {label.Value}")) : "none"),
            ("picture", picture is null ? "--out FILE.png writes it" : string.Create(CultureInfo.InvariantCulture, $"{picture.FullName}, window {shown.Width} at {shown.Level} HU")));
        output.WriteLine("This record and these pixels are all of the sample that a shard holds; its labels lie in a table apart.");
    }

    private static string? Numbers(IReadOnlyList<double>? numbers, string unit) =>
        numbers is null ? null : $"{string.Join(", ", numbers.Select(number => number.ToString("0.####", CultureInfo.InvariantCulture)))} {unit}".TrimEnd();
}
