using System.Text.Json;
using Scanlock.Contracts.Trials;
using Scanlock.Testing;

namespace Scanlock.Contracts.Tests;

/// <summary>docs/metrics.md against the format it explains.</summary>
public sealed class MetricsGuideTests
{
    [Fact]
    public void The_guide_explains_each_part_of_the_metrics()
    {
        var guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "metrics.md"));

        Assert.All(
            typeof(TrialMetrics).GetProperties().Select(part => JsonNamingPolicy.SnakeCaseLower.ConvertName(part.Name)),
            part => Assert.Contains($"`{part}`", guide, StringComparison.Ordinal));
    }
}
