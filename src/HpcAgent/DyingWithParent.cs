using Scanlock.Processes;

namespace Scanlock.HpcAgent;

/// <summary>Outside a sandbox too, a job must not outlive whoever counts its lease: the system kills it with its parent.</summary>
internal static class DyingWithParent
{
    /// <exception cref="ProgramStartException">setpriv is not installed.</exception>
    public static ProgramStart Wrap(ProgramStart start)
    {
        var setpriv = Programs.Find("setpriv") ?? throw new ProgramStartException("setpriv is not installed (Debian: util-linux)");
        return start with { File = setpriv, Arguments = ["--pdeathsig", "KILL", "--", start.File, .. start.Arguments] };
    }
}
