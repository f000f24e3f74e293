using Scanlock.Processes;

namespace Scanlock.HpcAgent;

/// <summary>This very program, to be started anew.</summary>
internal static class AgentProgram
{
    /// <summary>The folder of its assemblies.</summary>
    public static string Folder => AppContext.BaseDirectory.TrimEnd('/');

    public const string Assembly = "Scanlock.HpcAgent.dll";

    /// <exception cref="ProgramStartException">It was not started by an installed .NET runtime.</exception>
    public static ProgramStart Start(params IEnumerable<string> arguments) =>
        DotnetRuntime.Current().Start(Path.Combine(Folder, Assembly), arguments);
}
