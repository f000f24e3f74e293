using Scanlock.Contracts.Jobs;
using Scanlock.Processes;

namespace Scanlock.HpcAgent.Sites;

/// <summary>The ways of isolation that the site accepts and that work on this node now, and why the better ones do not.</summary>
internal sealed record IsolationSupport(IReadOnlyList<string> Ways, string? Problem)
{
    public static async Task<IsolationSupport> ProbeAsync(IReadOnlyList<string> accepted, CancellationToken cancellationToken)
    {
        var sandboxes = await SandboxProbe.RunAsync(cancellationToken);
        return Of(accepted, sandboxes.WhyNotNested, SwapSpace.InTheClear());
    }

    /// <param name="whyNoSandbox">Why nested sandboxes do not work; null where they do.</param>
    /// <param name="clearSwap">Swap areas in the clear.</param>
    public static IsolationSupport Of(IReadOnlyList<string> accepted, string? whyNoSandbox, IReadOnlyList<string> clearSwap)
    {
        var works = whyNoSandbox is not null ? null : clearSwap.Count == 0 ? IsolationWays.Bubblewrap : IsolationWays.BubblewrapSwap;
        var ways = accepted.Where(way => way == works || way == IsolationWays.None).ToArray();
        var problem = whyNoSandbox is not null ? $"Nested sandboxes do not work here: {whyNoSandbox}"
            : clearSwap.Count > 0 ? $"Memory may be written to swap in the clear ({string.Join(", ", clearSwap)}), so this node offers {IsolationWays.BubblewrapSwap} only."
            : null;
        return new(ways, problem ?? (ways.Length == 0 ? $"The site's list of isolation does not have {works}, which works here." : null));
    }
}
