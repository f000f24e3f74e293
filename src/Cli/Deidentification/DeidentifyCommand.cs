using System.CommandLine;
using Scanlock.Contracts.Intake;
using Scanlock.IntakeWorkers;

namespace Scanlock.Cli.Deidentification;

/// <summary>
/// <c>deidentify</c>: the gateway's de-identification for a file or a folder, offline, each object through a sandboxed worker as at a gateway.
/// </summary>
internal static class DeidentifyCommand
{
    private static readonly Argument<string> s_in = new("IN") { Description = "A DICOM file, or a folder of them; symbolic links below it are not followed." };
    private static readonly Argument<string> s_out = new("OUT") { Description = "Where the de-identified file goes, or the folder, with the same relative paths." };
    private static readonly Option<string?> s_key = new("--key")
    {
        HelpName = "FILE",
        Description = "The secret that pseudonyms, UIDs and dates depend on: runs with the same one fit together. Made (mode 0600) where it is absent. Without it every run has another.",
    };

    private static readonly Option<string?> s_report = new("--report") { HelpName = "FILE", Description = "Write what was done to each file as JSON: tags and actions, never a value. It names originals: mode 0600." };
    private static readonly Option<bool> s_force = new("--force") { Description = "Overwrite files that are in OUT already." };
    private static readonly Option<int> s_jobs = new("--jobs") { HelpName = "N", Description = "Files at the same time.", DefaultValueFactory = _ => Math.Clamp(Environment.ProcessorCount, 1, 16) };

    public static IEnumerable<Command> All()
    {
        var command = new Command(
            "deidentify",
            "De-identify DICOM files by PS3.15's Basic Application Level Confidentiality Profile, with all its options below, or with those that are "
            + "given alone. Exits 1 if a file could not be done, and says which.")
        {
            s_in, s_out, s_key, s_report, s_force, s_jobs,
        };
        s_jobs.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 64)
            {
                result.AddError("--jobs is between 1 and 64.");
            }
        });
        ProfileOptions.AddTo(command);
        command.SetAction(RunAsync);
        return [command];
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var places = Places.Find(parse.GetRequiredValue(s_in), parse.GetRequiredValue(s_out));
        if (places.Problem is { } problem)
        {
            return Failure.Report(parse, ExitCode.Failed, problem.Reason, problem.Message);
        }

        if (ProfileOptions.Read(parse) is not { } options)
        {
            return Failure.Report(parse, ExitCode.Usage, "safe-private", "--safe-private takes CREATOR,gggg,ee: a creator, its odd group and the element's number in the block, in hexadecimal digits.");
        }

        var key = SecretFile.Read(parse.GetValue(s_key), parse.GetRequiredValue(s_out), parse.InvocationConfiguration.Error);
        using var log = new RunLog(parse.GetValue(s_report), options, places.Files.Count + places.LeftOut.Count);
        foreach (var file in places.LeftOut)
        {
            log.Add(file);
        }

        await using var pool = new IntakePool(IntakeOptions.Alone(parse.GetValue(s_jobs)), log: null);
        var run = new DeidentifyRun(pool, new RenditionTask(options, key), overwrites: parse.GetValue(s_force), log);
        var report = await Output.WithProgressAsync(
            parse, $"De-identifying {places.Files.Count} files", places.Files.Count, step => run.RunAsync(places.Files, parse.GetValue(s_jobs), step, cancellationToken));
        Output.Show(parse, report, DeidentifyJsonContext.Default.DeidentifyJson, report.Show);
        return report.Failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }
}
