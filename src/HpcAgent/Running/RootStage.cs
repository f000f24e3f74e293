using System.Globalization;
using Scanlock.Contracts;
using Scanlock.Processes;

namespace Scanlock.HpcAgent.Running;

/// <summary>
/// Where root runs the agent: sandboxes are then made as an account that nothing else has, and what they show must be within that
/// account's reach although the state directory is not. So a first bubblewrap, still root's, shows it below /mnt, and only there.
/// </summary>
internal static class RootStage
{
    private const string Place = "/mnt";

    // Above what distributions and container managers give out, below the end of signed numbers.
    private const int FirstAccount = 0x7000_0000;
    private const int AccountMask = 0x00FF_FFFF;

    /// <summary>An account of the job's own: with a shared one, another job's processes would be this one's owners.</summary>
    public static SandboxAccount AccountOf(Sha256Digest job)
    {
        var number = FirstAccount + (int.Parse(job.Hex.AsSpan(0, 6), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & AccountMask);
        return new(number, number);
    }

    public static ProgramStart Wrap(Sandbox sandbox, ProgramStart program)
    {
        List<string> shown = [];
        var mounts = sandbox.Mounts.Select(mount => mount is SandboxMount.Shown or SandboxMount.Writable ? Stage(mount) : mount).ToArray();
        var sandboxed = (sandbox with { Mounts = mounts }).Wrap(program);
        var bubblewrap = Programs.Find("bwrap") ?? throw new ProgramStartException("bubblewrap is not installed (Debian: bubblewrap)");
        return sandboxed with
        {
            File = bubblewrap,
            Arguments = ["--die-with-parent", "--dev-bind", "/", "/", "--tmpfs", Place, .. shown, "--", sandboxed.File, .. sandboxed.Arguments],
        };

        SandboxMount Stage(SandboxMount mount)
        {
            var place = $"{Place}/{shown.Count}";
            shown.AddRange(mount is SandboxMount.Writable writable ? ["--bind", writable.Source, place] : ["--ro-bind", ((SandboxMount.Shown)mount).Source, place]);
            return mount is SandboxMount.Writable ? new SandboxMount.Writable(place, mount.Target) : new SandboxMount.Shown(place, mount.Target);
        }
    }
}
