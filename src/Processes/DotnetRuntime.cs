namespace Scanlock.Processes;

/// <summary>The .NET runtime this program runs on, to start another of ours with, also inside a sandbox.</summary>
/// <param name="Root">The directory that holds <c>dotnet</c> and <c>shared/</c>, links resolved.</param>
public sealed record DotnetRuntime(string Root)
{
    private const string MemoryDirectory = "/tmp";

    /// <summary>The runtime of this very process. Throws <see cref="ProgramStartException"/> where it has no <c>dotnet</c> beside it.</summary>
    public static DotnetRuntime Current()
    {
        // .../shared/Microsoft.NETCore.App/10.0.0/System.Private.CoreLib.dll
        var library = typeof(object).Assembly.Location;
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(library)!, "..", "..", ".."));
        return File.Exists(Path.Combine(root, "dotnet"))
            ? new DotnetRuntime(root)
            : throw new ProgramStartException($"no dotnet in {root}: this needs an installed .NET runtime");
    }

    /// <summary>
    /// A .NET program by its assembly: debugger and profiler ports off (they are a way into its memory), home and temporary files in /tmp.
    /// </summary>
    public ProgramStart Start(string assembly, params IEnumerable<string> arguments) =>
        new(Path.Combine(Root, "dotnet"), (IReadOnlyList<string>)["exec", assembly, .. arguments])
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["DOTNET_EnableDiagnostics"] = "0",
                ["DOTNET_ROOT"] = Root,
                ["HOME"] = MemoryDirectory,
                ["TMPDIR"] = MemoryDirectory,
                ["LANG"] = "C.UTF-8",
            },
        };

    /// <summary>What a sandbox must show for this runtime to start in it.</summary>
    public IReadOnlyList<SandboxMount> Mounts => [new SandboxMount.Shown(Root, Root)];
}
