using System.Text;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Cli.Tests;

/// <summary>Runs the built <c>scanlock</c> as its users do: a process with arguments, streams and an exit status.</summary>
internal static class ScanlockProgram
{
    private static readonly RunLimits s_limits = new(TimeSpan.FromMinutes(1), 64 << 20);

    public static async Task<ScanlockRun> RunAsync(byte[] input, params string[] arguments)
    {
        using var output = new MemoryStream();
        var start = DotnetRuntime.Current().Start(Repository.Output("Cli", "scanlock.dll"), arguments);
        var result = await ProgramRunner.RunAsync(start, s_limits, new MemoryStream(input), output, CancellationToken.None);
        var exited = Assert.IsType<ProgramEnd.Exited>(result.End);
        return new ScanlockRun(Assert.IsType<ProgramExit.Status>(exited.Exit).Code, output.ToArray(), result.ErrorTail);
    }

    public static Task<ScanlockRun> RunAsync(params string[] arguments) => RunAsync([], arguments);
}

internal sealed record ScanlockRun(int ExitCode, byte[] Output, string Error)
{
    public string OutputText => Encoding.UTF8.GetString(Output);
}
