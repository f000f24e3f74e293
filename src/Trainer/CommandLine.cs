namespace Scanlock.Trainer;

/// <summary>What the trainer was asked to do.</summary>
/// <param name="Checkpoint">Folder of the checkpoint to write after every epoch, and to go on from where it has one; null for none.</param>
/// <param name="Validate">Only check the job; no data is looked at.</param>
internal sealed record CommandLine(string Job, string Data, string Out, string? Checkpoint, bool Validate)
{
    internal const string Usage =
        "usage: dotnet Scanlock.Trainer.dll --job FILE (--validate | --data FOLDER --out FOLDER [--checkpoint FOLDER])";

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
            else if (arguments[i] is not ("--job" or "--data" or "--out" or "--checkpoint")
                || i + 1 == arguments.Count
                || !given.TryAdd(arguments[i], arguments[++i]))
            {
                return null;
            }
        }

        var (job, data, output) = (given.GetValueOrDefault("--job"), given.GetValueOrDefault("--data"), given.GetValueOrDefault("--out"));
        return (job, validate, data, output) switch
        {
            (not null, true, _, _) => new CommandLine(job, "", "", null, Validate: true),
            (not null, false, not null, not null) => new CommandLine(job, data, output, given.GetValueOrDefault("--checkpoint"), Validate: false),
            _ => null,
        };
    }
}
