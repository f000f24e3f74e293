using Scanlock.Broker.Scheduling.Placement;
using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;

namespace Scanlock.Broker.Tests.Placement;

/// <summary>A small snapshot drawn from a number: crowded enough that every reason comes up.</summary>
internal static class DrawnSnapshot
{
    public static DateTimeOffset Now { get; } = DateTimeOffset.UnixEpoch.AddYears(60);

    public static PlacementSnapshot From(int seed)
    {
        var dice = new Random(seed);
        var sites = Enumerable.Range(0, dice.Next(1, 4)).Select(i => Site($"site-{i}", dice)).ToList();
        var projects = Enumerable.Range(0, 3).Select(i => new ProjectShare(
            $"project-{i}", dice.Next(1, 4), dice.Next(3) * 1000, dice.Next(3) == 0 ? dice.Next(1, 8) : null, dice.Next(4) == 0 ? 1 : 0)).ToList();
        var experiments = Enumerable.Range(0, 4).Select(i => Experiment(i, dice)).ToList();
        var placed = Enumerable.Range(0, dice.Next(0, 12)).Select(i => Placed(i, sites, experiments, dice)).OfType<PlacedTrial>().ToList();
        return new(Now, sites, projects, [.. Enumerable.Range(0, dice.Next(0, 30)).Select(i => Waiting(i, experiments, dice))], placed);
    }

    private static PlacementSite Site(string name, Random dice)
    {
        var from = Now.AddMinutes(dice.Next(-60, 200));
        return new(
            name,
            dice.Next(6) switch { 0 => SiteState.Draining, 1 => SiteState.Away, _ => SiteState.Up },
            Maybe(dice.Next(1, 8)), Maybe(dice.Next(4, 24)), Maybe(dice.Next(4, 24) * 1024), Maybe(dice.Next(0, 6)), Maybe(dice.Next(1, 8)), dice.Next(2) == 0 ? null : 1e6)
        {
            Maintenance = dice.Next(3) == 0 ? [new(from, from.AddMinutes(30))] : [],
            Staged = Enumerable.Range(0, 4).Where(_ => dice.Next(2) == 0).Select(Digest).ToHashSet(),
        };

        int? Maybe(int cap) => dice.Next(3) == 0 ? null : cap;
    }

    private static (string Name, string Project, JobResources Resources, string[] Sites, JobInput[] Inputs) Experiment(int i, Random dice) => (
        $"experiment-{i}",
        $"project-{dice.Next(4)}",
        new(dice.Next(1, 6), dice.Next(1, 6) * 1024, dice.Next(3) == 0 ? dice.Next(1, 4) : 0, dice.Next(1, 120)),
        [.. Enumerable.Range(0, 4).Where(_ => dice.Next(2) == 0).Select(site => $"site-{site}")],
        [new("shard", Digest(i), dice.Next(1, 1000) * 1_000_000L)]);

    private static PlacedTrial? Placed(
        int i, List<PlacementSite> sites, List<(string Name, string Project, JobResources Resources, string[] Sites, JobInput[] Inputs)> experiments, Random dice)
    {
        var (name, project, resources, _, _) = experiments[dice.Next(experiments.Count)];
        return new($"placed-{i}", name, project, sites[dice.Next(sites.Count)].Name, Now.AddMinutes(-dice.Next(100)), resources, 0, dice.Next(2) == 0, dice.Next(5) == 0);
    }

    private static WaitingTrial Waiting(
        int i, List<(string Name, string Project, JobResources Resources, string[] Sites, JobInput[] Inputs)> experiments, Random dice)
    {
        var (name, project, resources, sites, inputs) = experiments[dice.Next(experiments.Count)];
        return new($"waiting-{i}", name, project, Now.AddMinutes(-dice.Next(50)), resources, sites, inputs, dice.Next(5) == 0 ? 1 : 0, dice.Next(2) == 0 ? null : TimeSpan.FromMinutes(1));
    }

    private static Sha256Digest Digest(int i) => Sha256Digest.Of([(byte)i]);
}
