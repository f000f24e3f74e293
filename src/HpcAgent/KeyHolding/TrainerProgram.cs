using Scanlock.HpcAgent.Sites;
using Scanlock.Processes;

namespace Scanlock.HpcAgent.KeyHolding;

/// <summary>Which program a trainer's command names.</summary>
internal static class TrainerProgram
{
    public const string Dotnet = "dotnet";

    /// <summary>
    /// <c>dotnet</c> is the runtime of the agent; an absolute path is itself; another name is a file of the trainer's, or else a program
    /// of the system. Null when there is none.
    /// </summary>
    /// <param name="folder">Where the trainer will see its folder.</param>
    public static string? Find(TrainerPlace trainer, string folder)
    {
        var name = trainer.Command[0];
        return name == Dotnet ? Path.Combine(DotnetRuntime.Current().Root, Dotnet)
            : Path.IsPathFullyQualified(name) ? File.Exists(name) ? name : null
            : File.Exists(Path.Combine(trainer.Folder, name)) ? Path.Combine(folder, name)
            : Programs.Find(name);
    }
}
