using Scanlock.HpcAgent.Measuring;
using Scanlock.Processes;

namespace Scanlock.HpcAgent.KeyHolding;

/// <summary>
/// Which program a trainer's command names: always one that its digest covers, run by itself or by the agent's own .NET. A program of the
/// system would run with a permitted digest whatever it was told to do.
/// </summary>
internal static class TrainerProgram
{
    private const string Dotnet = "dotnet";

    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>What is wrong with a command in site.yaml; null where nothing is.</summary>
    public static string? Fault(string folder, IReadOnlyList<string> command)
    {
        var isDotnet = RunsDotnet(command);
        if (command.ElementAtOrDefault(isDotnet ? 1 : 0) is not { } file || !TrainerMeasurement.Covers(folder, file))
        {
            return $"must be [FILE, ...] or [{Dotnet}, FILE, ...], FILE being a measured file of the trainer's folder by its path in there";
        }

        return isDotnet || (File.GetUnixFileMode(Path.Combine(folder, file)) & Executable) != UnixFileMode.None
            ? null
            : $"{file} is not executable";
    }

    /// <param name="folder">Where the trainer will see its folder.</param>
    /// <param name="arguments">Those of the job, after the command's own.</param>
    public static ProgramStart Start(IReadOnlyList<string> command, string folder, IEnumerable<string> arguments)
    {
        var runtime = DotnetRuntime.Current();
        return RunsDotnet(command)
            ? runtime.Start(command[1], [.. command.Skip(2), .. arguments])
            : runtime.Start(command[0]) with { File = Path.Combine(folder, command[0]), Arguments = [.. command.Skip(1), .. arguments] };
    }

    private static bool RunsDotnet(IReadOnlyList<string> command) => command is [Dotnet, ..];
}
