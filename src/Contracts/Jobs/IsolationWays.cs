namespace Scanlock.Contracts.Jobs;

/// <summary>The ways a job can be shut in at its site, as policies, sites and key requests name them.</summary>
public static class IsolationWays
{
    public const string Bubblewrap = "bubblewrap";

    /// <summary>Bubblewrap on a node that may write a job's memory to swap that is not encrypted (P2): weaker, so named apart.</summary>
    public const string BubblewrapSwap = "bubblewrap-swap";

    public const string Apptainer = "apptainer";

    /// <summary>A process like any other of the site's account.</summary>
    public const string None = "none";

    public static IReadOnlyList<string> All { get; } = [Bubblewrap, BubblewrapSwap, Apptainer, None];
}
