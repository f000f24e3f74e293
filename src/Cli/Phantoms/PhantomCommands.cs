using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Scanlock.Cli.Phantoms;

/// <summary><c>phantom</c>: data for demonstrations and tests. Hidden, for it is of no use to anyone who has scans.</summary>
internal static class PhantomCommands
{
    public static IEnumerable<Command> All() => [Phantom()];

    private static Command Phantom()
    {
        var folder = new Argument<string>("OUT") { Description = "A folder that is empty or does not exist." };
        var patients = Bounded("--patients", 24, 2, 10_000, "How many invented patients; every other one has the finding.");
        var slices = Bounded("--slices", 6, 1, 1_000, "How many slices of each.");
        var size = Bounded("--size", 128, 16, 1024, "Rows and columns of a slice.");
        var seed = new Option<long>("--seed") { DefaultValueFactory = _ => 7, Description = "The same seed gives the same bytes." };
        var command = new Command("phantom", "Make a small chest-CT dataset in which nothing is real, as DICOM, with labels.csv.")
        {
            folder, patients, slices, size, seed,
        };
        command.Hidden = true;
        command.SetAction(async (parse, cancellationToken) =>
        {
            var path = parse.GetRequiredValue(folder);
            if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
            {
                return Failure.Report(parse, ExitCode.Failed, "folder-not-empty", $"{path} is not empty");
            }

            Directory.CreateDirectory(path);
            var options = new PhantomOptions(parse.GetValue(patients), parse.GetValue(slices), parse.GetValue(size), parse.GetValue(seed));
            var objects = await PhantomDataset.WriteAsync(options, path, cancellationToken);
            parse.InvocationConfiguration.Output.WriteLine(parse.GetValue(CommandLine.Json)
                ? JsonSerializer.Serialize(new PhantomReport(path, options.Patients, objects), PhantomJson.Default.PhantomReport)
                : $"{objects} objects of {options.Patients} invented patients in {path}, labels in {PhantomDataset.LabelFile}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Option<int> Bounded(string name, int value, int least, int most, string description)
    {
        var option = new Option<int>(name) { DefaultValueFactory = _ => value, Description = description };
        option.Validators.Add(result =>
        {
            // A value that is not a number is reported by the parser itself.
            if (result.Errors.Any() || result.GetValueOrDefault<int>() is var given && given >= least && given <= most)
            {
                return;
            }

            result.AddError($"{name} is from {least} to {most}.");
        });
        return option;
    }
}

internal sealed record PhantomReport(string Folder, int Patients, int Objects);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PhantomReport))]
internal sealed partial class PhantomJson : JsonSerializerContext;
