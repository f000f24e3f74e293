namespace Scanlock.Trainer;

/// <summary>What the trainer was asked to do.</summary>
/// <param name="Checkpoint">Folder of the checkpoint to write after every epoch, and to go on from where it has one; null for none.</param>
/// <param name="Validate">Only check the job; no data is looked at.</param>
/// <param name="Prepared">Folder with what was prepared before, to share it; null to prepare in memory.</param>
/// <param name="Prepare">Only prepare the data, into this folder; null to train.</param>
internal sealed record CommandLine(
    string Job, string Data, string Out, string? Checkpoint, bool Validate, string? Prepared = null, string? Prepare = null)
{
    internal const string Usage =
        "usage: dotnet Scanlock.Trainer.dll --job FILE "
        + "(--validate | --data FOLDER --prepare FOLDER | --data FOLDER --out FOLDER [--prepared FOLDER] [--checkpoint FOLDER])";

    /// <summary>Null when the arguments are not a call.</summary>
    internal static CommandLine? Parse(IReadOnlyList<string> arguments)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        var validate = false;
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--validate" && !validate)
            {
                validate = true;
            }
            else if (arguments[i] is not ("--job" or "--data" or "--out" or "--checkpoint" or "--prepared" or "--prepare")
                || i + 1 == arguments.Count
                || !given.TryAdd(arguments[i], arguments[++i]))
            {
                return null;
            }
        }

        var (job, data, output) = (given.GetValueOrDefault("--job"), given.GetValueOrDefault("--data"), given.GetValueOrDefault("--out"));
        var (prepared, prepare) = (given.GetValueOrDefault("--prepared"), given.GetValueOrDefault("--prepare"));
        return (job, validate, data, output, prepare) switch
        {
            (not null, true, _, _, _) => new CommandLine(job, "", "", null, Validate: true),
            (not null, false, not null, null, not null) => new CommandLine(job, data, "", null, Validate: false, Prepare: prepare),
            (not null, false, not null, not null, null) =>
                new CommandLine(job, data, output, given.GetValueOrDefault("--checkpoint"), Validate: false, prepared),
            _ => null,
        };
    }
}
