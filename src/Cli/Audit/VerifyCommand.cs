using System.CommandLine;
using Scanlock.Audit;

namespace Scanlock.Cli.Audit;

/// <summary><c>audit verify</c>: is the log what was signed, and is it still what it was?</summary>
internal static class VerifyCommand
{
    public static Command Build()
    {
        var log = LogArgument.Log(required: false);
        var key = new Option<string>("--key") { Required = true, HelpName = "FILE.vkey", Description = "The log's public key, from its operator or another hand." };
        var since = new Option<string?>("--since") { HelpName = "CHECKPOINT", Description = "A checkpoint of the log kept from earlier: shows rollback and fork." };
        var witness = new Option<string?>("--witness") { HelpName = "VKEY", Description = "A witness's public key, a file or written out: its cosignature is asked for." };
        var proof = new Option<string?>("--proof") { HelpName = "FILE", Description = "An inclusion proof; verified alone where no --log is given." };
        var command = new Command(
            "verify",
            "Derive the log's root anew from its entries, with nothing but its public key, and compare it with what was signed. Exits 4, naming "
            + "what and where, if anything was edited, deleted, inserted, reordered, cut, rolled back or forked.") { log, key, since, witness, proof };
        AuditCommands.Act(command, async (parse, cancellationToken) =>
        {
            var logKey = LogArgument.ReadKey(parse.GetRequiredValue(key));
            InclusionProof? inclusion = null;
            if (parse.GetValue(proof) is { } file && !TryReadProof(file, out inclusion, out var fault))
            {
                return Failure.Report(parse, ExitCode.VerificationFailed, "proof", fault);
            }

            if (parse.GetValue(log) is { } place)
            {
                var with = new VerifyWith(
                    parse.GetValue(since) is { } earlier ? (earlier, LogArgument.ReadCheckpoint(earlier)) : null,
                    parse.GetValue(witness) is { } other ? LogArgument.ReadKey(other) : null,
                    inclusion);
                var report = await VerifyAsync(parse, place, logKey, with, cancellationToken);
                return VerifyOutput.Show(parse, report, inclusion);
            }

            if (inclusion is null || parse.GetValue(since) is not null || parse.GetValue(witness) is not null)
            {
                return Failure.Report(parse, ExitCode.Usage, "usage", "say which log with --log; only --proof can be verified without one");
            }

            return VerifyOutput.Show(parse, inclusion, logKey, LogVerifier.VerifyProof(inclusion, logKey));
        });
        return command;
    }

    private static async Task<VerificationReport> VerifyAsync(
        ParseResult parse, string place, VerifierKey key, VerifyWith with, CancellationToken cancellationToken)
    {
        using var log = LogArgument.Open(parse, place);
        return await Output.WithProgressAsync(parse, "Verifying", 1, advance =>
        {
            var done = 0.0;
            var progress = new Advance(checkedPart =>
            {
                advance(checkedPart - done);
                done = checkedPart;
            });
            return LogVerifier.VerifyAsync(log.Source, key, with, progress, cancellationToken);
        });
    }

    private static bool TryReadProof(string file, out InclusionProof? proof, out string fault)
    {
        var read = InclusionProof.TryParse(LogArgument.ReadSmall(file, InclusionProof.MaxBytes), out proof, out var why);
        fault = $"{file} is not an inclusion proof of an entry: {why}";
        return read;
    }

    // Unlike Progress<T>, tells in order and before it returns.
    private sealed class Advance(Action<double> tell) : IProgress<double>
    {
        public void Report(double value) => tell(value);
    }
}
