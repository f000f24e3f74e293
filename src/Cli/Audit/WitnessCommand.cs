using System.CommandLine;
using Scanlock.Audit;

namespace Scanlock.Cli.Audit;

/// <summary><c>audit witness</c>: someone else's memory of the log, so that no one can take anything back.</summary>
internal static class WitnessCommand
{
    public static Command Build()
    {
        var key = new Option<string>("--key") { Required = true, HelpName = "SEC", Description = "The witness's secret key file." };
        var newKey = new Option<string?>("--new-key")
        {
            HelpName = "NAME",
            Description = "Make the key first: writes SEC (mode 0600) and SEC.vkey; neither may exist.",
        };
        var log = LogArgument.Log(required: false);
        var logKey = new Option<string?>("--log-key")
        {
            HelpName = "FILE.vkey",
            Description = "The log's public key; otherwise the log's own log.vkey, which the first run trusts.",
        };
        var state = new Option<string?>("--state")
        {
            HelpName = "FILE",
            Description = "Where the witness keeps what it cosigned last: a checkpoint that audit verify takes with --since.",
        };
        var publish = new Option<bool>("--publish")
        {
            Description = "Put the cosigned checkpoint into the log's directory too, where audit verify --witness finds it.",
        };
        var command = new Command(
            "witness",
            "Cosign the log's checkpoint if the log only grew since the last time. Exits 4 and cosigns nothing if it was rolled back or forked.")
        {
            key, newKey, log, logKey, state, publish,
        };
        AuditCommands.Act(command, async (parse, cancellationToken) =>
        {
            var secret = parse.GetRequiredValue(key);
            if (parse.GetValue(newKey) is { } name)
            {
                WitnessFiles.MakeKey(secret, name);
                if (parse.GetValue(log) is null)
                {
                    var verifier = WitnessFiles.ReadKey(secret).Verifier.ToString();
                    return Output.Show(parse, new WitnessKeyJson(secret, secret + ".vkey", verifier), AuditJson.Default.WitnessKeyJson, output =>
                        Output.Facts(output, ("secret key", secret), ("public key", secret + ".vkey"), ("verifier key", verifier)));
                }
            }

            return parse.GetValue(log) is { } place && parse.GetValue(state) is { } file
                ? await WitnessAsync(parse, WitnessFiles.ReadKey(secret), place, parse.GetValue(logKey), file, parse.GetValue(publish), cancellationToken)
                : Failure.Report(parse, ExitCode.Usage, "usage", "a witness needs --log and --state");
        });
        return command;
    }

    private static async Task<int> WitnessAsync(
        ParseResult parse, NoteSigner witness, string place, string? logKeyFile, string state, bool publish, CancellationToken cancellationToken)
    {
        if (publish && !Directory.Exists(place))
        {
            return Failure.Report(parse, ExitCode.Usage, "usage", "--publish needs the log's directory");
        }

        using var opened = LogArgument.Open(parse, place);
        // Two at once could cosign two histories.
        using var turn = new FileStream(state + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var logKey = logKeyFile is not null ? LogArgument.ReadKey(logKeyFile) : await ReadLogKeyAsync(opened.Source, cancellationToken);
        var before = File.Exists(state) ? LogArgument.ReadCheckpoint(state) : null;
        switch (await Witness.ObserveAsync(opened.Reader, logKey, witness, before, TimeProvider.System, cancellationToken))
        {
            case WitnessOutcome.Cosigned cosigned:
                WitnessFiles.Replace(state, cosigned.Checkpoint.ToBytes());
                if (publish)
                {
                    var path = Path.Combine(place, Witness.PublishedPath(witness.Verifier));
                    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                    WitnessFiles.Replace(path, cosigned.Checkpoint.ToBytes());
                }

                return Show(parse, cosigned.Checkpoint, witness.Verifier, before, state);
            case WitnessOutcome.Refused refused:
                return Failure.Report(
                    parse, ExitCode.VerificationFailed, "not-cosigned", $"not cosigned, and {state} is as it was. {refused.Finding.What}");
            case var other:
                throw new InvalidOperationException($"A witness does not answer {other}.");
        }
    }

    private static int Show(ParseResult parse, Checkpoint checkpoint, VerifierKey witness, Checkpoint? before, string state)
    {
        var at = checkpoint.CosignedAt(witness, out _)!.Value;
        var json = new WitnessJson(checkpoint.Origin, checkpoint.Size, checkpoint.Root.ToBase64(), witness.Name, at, before is null);
        return Output.Show(parse, json, AuditJson.Default.WitnessJson, output => Output.Facts(
            output,
            ("origin", checkpoint.Origin),
            ("entries", $"{checkpoint.Size}"),
            ("before", before is null ? "nothing: this log was not seen before, and its past is not vouched for" : $"{before.Size}, all still there"),
            ("cosigned", $"by {witness.Name} on {at:yyyy-MM-dd HH:mm:ss}Z"),
            ("kept in", state)));
    }

    private static async Task<VerifierKey> ReadLogKeyAsync(ITileSource log, CancellationToken cancellationToken)
    {
        var bytes = await log.ReadAsync(TilePath.VerifierKey, SignedNote.MaxBytes, cancellationToken)
            ?? throw new AuditLogException($"{log.Name} has no {TilePath.VerifierKey}; give the log's key with --log-key.");
        return VerifierKey.TryParse(System.Text.Encoding.UTF8.GetString(bytes), out var key, out var fault)
            ? key
            : throw new AuditLogException($"{TilePath.VerifierKey} of {log.Name} is not a verifier key: {fault}.");
    }
}
