using Scanlock.Contracts.Trials;
using Scanlock.Testing;

namespace Scanlock.Trainer.Tests.Networks;

public sealed class NetworkGuideTests
{
    [Fact]
    public void The_guide_lists_every_network_with_its_least_side_and_size()
    {
        var guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "networks.md"));

        var table = string.Concat(TrialNetworks.All.Select(network =>
            $"| `{network.Name}` | {network.Task} | {(network.Dimensions == 3 ? "volumes" : "slices")} | {network.LeastSide} | {TrialNetworks.Parameters(network.Name)} |\n"));
        Assert.EndsWith("|---|---|---|---|---|\n" + table, guide, StringComparison.Ordinal);
    }
}
