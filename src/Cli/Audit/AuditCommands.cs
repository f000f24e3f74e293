using System.CommandLine;
using Scanlock.Audit;

namespace Scanlock.Cli.Audit;

/// <summary><c>audit</c>: prove, read and watch a gateway's log, with public keys only.</summary>
internal static class AuditCommands
{
    public static IEnumerable<Command> All() =>
    [
        new("audit", "Verify, search, export and witness a gateway's log; from its directory or its address.")
        {
            VerifyCommand.Build(), SearchCommand.Build(), ExportCommand.Build(), WitnessCommand.Build(),
        },
    ];

    /// <summary>Sets a command's action; a log that is not what it must be ends it with a sentence.</summary>
    public static void Act(Command command, Func<ParseResult, CancellationToken, Task<int>> action) =>
        command.SetAction(async (parse, cancellationToken) =>
        {
            try
            {
                return await action(parse, cancellationToken);
            }
            catch (AuditLogException e)
            {
                return Failure.Report(parse, ExitCode.Failed, "log", e.Message);
            }
        });
}
