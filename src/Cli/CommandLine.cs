using System.CommandLine;
using Scanlock.Cli.Access;
using Scanlock.Cli.Audit;
using Scanlock.Cli.Datasets;
using Scanlock.Cli.Deidentification;
using Scanlock.Cli.Envelope;
using Scanlock.Cli.Hosts;
using Scanlock.Cli.Models;
using Scanlock.Cli.Phantoms;
using Scanlock.Cli.Policies;
using Scanlock.Cli.Runs;
using Scanlock.Cli.SignIn;

namespace Scanlock.Cli;

/// <summary>The commands of <c>scanlock</c>, one list for each feature, and how any of them ends.</summary>
internal static class CommandLine
{
    /// <summary>Understood by every command.</summary>
    public static Option<bool> Json { get; } = new("--json") { Recursive = true, Description = "Write results and errors as JSON." };

    public static RootCommand Build()
    {
        var root = new RootCommand("Scanlock: CT scans go in under a policy, trained models and metrics come out.") { Json, Session.ProfileOption };
        foreach (var command in (Command[])
        [
            .. EnvelopeCommands.All(),
            .. DeidentifyCommand.All(),
            .. SignInCommands.All(),
            .. DatasetCommands.All(),
            .. AccessCommands.All(),
            .. PolicyCommands.All(),
            .. ModelCommands.All(),
            .. RunCommands.All(),
            .. PhantomCommands.All(),
            .. AuditCommands.All(),
        ])
        {
            root.Subcommands.Add(command);
        }

        return root;
    }

    public static async Task<int> RunAsync(string[] args)
    {
        var parse = Build().Parse(args);
        if (parse.Errors.Count > 0)
        {
            await parse.InvokeAsync();
            return ExitCode.Usage;
        }

        try
        {
            return await parse.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or HttpRequestException)
        {
            return Failure.Report(parse, ExitCode.Failed, "io", error.Message);
        }
        catch (HostProblemException problem)
        {
            return Failure.Report(parse, problem);
        }
        catch (OperationCanceledException)
        {
            return Failure.Report(parse, ExitCode.Failed, "cancelled", "stopped before it was done");
        }
    }
}
