using System.CommandLine;
using System.Text.Json;
using Scanlock.Audit;

namespace Scanlock.Cli.Audit;

/// <summary><c>audit export</c>: all entries as JSON lines, or the proof that one entry is in the log.</summary>
internal static class ExportCommand
{
    public static Command Build()
    {
        var log = LogArgument.Log();
        var file = new Option<string?>("--out") { HelpName = "FILE", Description = "Write there; stdout otherwise." };
        var prove = new Option<long?>("--prove") { HelpName = "INDEX", Description = "Write the inclusion proof of this entry instead (C2SP tlog-proof); for audit verify --proof." };
        var key = new Option<string?>("--key") { HelpName = "FILE.vkey", Description = "The log's public key: refuse a checkpoint that it did not sign." };
        var command = new Command(
            "export", "Write the log's entries as JSON lines, in order: {\"index\": N, \"entry\": {...}}. Reading proves nothing: audit verify does.")
        {
            log, file, prove, key,
        };
        AuditCommands.Act(command, async (parse, cancellationToken) =>
        {
            using var opened = LogArgument.Open(parse, parse.GetRequiredValue(log));
            var checkpoint = await opened.Reader.CheckpointAsync(cancellationToken);
            if (parse.GetValue(key) is { } path && !checkpoint.IsSignedBy(LogArgument.ReadKey(path), out var fault))
            {
                return Failure.Report(parse, ExitCode.VerificationFailed, "checkpoint", $"the checkpoint cannot be believed: {fault}");
            }

            return parse.GetValue(prove) is { } index
                ? await ProveAsync(parse, opened.Reader, index, checkpoint, parse.GetValue(file), cancellationToken)
                : await ExportAsync(parse, opened.Reader, checkpoint.Size, parse.GetValue(file), cancellationToken);
        });
        return command;
    }

    private static async Task<int> ProveAsync(
        ParseResult parse, LogReader reader, long index, Checkpoint checkpoint, string? file, CancellationToken cancellationToken)
    {
        var proof = await reader.ProveAsync(index, checkpoint, cancellationToken);
        if (!proof.Holds)
        {
            return Failure.Report(parse, ExitCode.VerificationFailed, "proof", $"entry {index} does not lead to the log's root; audit verify says what was altered");
        }

        await using var output = Open(parse, file);
        await output.WriteAsync(System.Text.Encoding.UTF8.GetString(proof.ToBytes()).AsMemory(), cancellationToken);
        return ExitCode.Done;
    }

    private static async Task<int> ExportAsync(ParseResult parse, LogReader reader, long size, string? file, CancellationToken cancellationToken)
    {
        await using var output = Open(parse, file);
        await foreach (var entry in reader.EntriesAsync(size, cancellationToken: cancellationToken))
        {
            var line = new EntryJson(entry.Index, LogReader.Read(entry));
            await output.WriteLineAsync(JsonSerializer.Serialize(line, AuditJson.Default.EntryJson).AsMemory(), cancellationToken);
        }

        return ExitCode.Done;
    }

    private static StreamWriter Open(ParseResult parse, string? file) =>
        file is null ? new StreamWriter(Console.OpenStandardOutput()) : new StreamWriter(file);
}
