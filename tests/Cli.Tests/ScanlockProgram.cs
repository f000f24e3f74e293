using System.Text;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Cli.Tests;

/// <summary>Runs the built <c>scanlock</c> as its users do: a process with arguments, streams and an exit status.</summary>
internal static class ScanlockProgram
{
    private static readonly RunLimits s_limits = new(TimeSpan.FromMinutes(5), 64 << 20);

    public static Task<ScanlockRun> RunAsync(byte[] input, params string[] arguments) =>
        RunAsync(DotnetRuntime.Current().Start(Repository.Output("Cli", "scanlock.dll"), arguments), input);

    private static async Task<ScanlockRun> RunAsync(ProgramStart start, byte[] input)
    {
        using var output = new MemoryStream();
        var result = await ProgramRunner.RunAsync(start, s_limits, new MemoryStream(input), output, CancellationToken.None);
        var exited = Assert.IsType<ProgramEnd.Exited>(result.End);
        return new ScanlockRun(Assert.IsType<ProgramExit.Status>(exited.Exit).Code, output.ToArray(), result.ErrorTail);
    }

    public static Task<ScanlockRun> RunAsync(params string[] arguments) => RunAsync([], arguments);

    /// <summary>Runs a line of bash in which <c>scanlock</c> is the program under test: for what only a shell can set up.</summary>
    public static async Task<ScanlockRun> RunShellAsync(string line)
    {
        var dotnet = DotnetRuntime.Current().Start(Repository.Output("Cli", "scanlock.dll"));
        var scanlock = string.Join(' ', [dotnet.File, .. dotnet.Arguments]);
        var start = new ProgramStart("/bin/bash", "-c", $"scanlock() {{ {scanlock} \"$@\"; }}; {line}")
        {
            Environment = new Dictionary<string, string>(dotnet.Environment, StringComparer.Ordinal) { ["PATH"] = "/usr/bin:/bin" },
        };
        return await RunAsync(start, []);
    }
}

internal sealed record ScanlockRun(int ExitCode, byte[] Output, string Error)
{
    public string OutputText => Encoding.UTF8.GetString(Output);
}
