using Scanlock.Broker.Scheduling.Placement;
using Scanlock.Broker.Scheduling.Placement.Simulation;
using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;

namespace Scanlock.Broker.Tests.Placement;

public sealed class SimulatorTests
{
    private static readonly JobResources s_one = new(1, 1024, 0, 10);

    [Fact]
    public void The_grid_of_CLAIRE_keeps_every_slot_busy_to_the_last_trials()
    {
        var trace = SyntheticTraces.Claire(60);
        var report = Run(trace, [new("a", Gpus: 16), new("b", Gpus: 16)]);

        Assert.Equal((540, 540), (trace.Count, report.Trials));
        Assert.Empty(report.Never);
        var ideal = trace.Sum(trial => trial.Seconds) / 32;
        Assert.InRange(report.Seconds, ideal, ideal + 180 + (2 * 400));
        Assert.Equal(2 * 40_000_000_000, report.StagedBytes);
    }

    [Fact]
    public void A_trace_comes_out_the_same_each_time()
    {
        var (one, other) = (Seeded(3), Seeded(3));
        Assert.Equal(one with { LongestDecision = default, Projects = [], Never = [] }, other with { LongestDecision = default, Projects = [], Never = [] });
        Assert.Equal(one.Projects, other.Projects);

        static SimulationReport Seeded(int seed) => Run(SyntheticTraces.Seeded(seed, 500), [new("a", Gpus: 8), new("b", Gpus: 8)]);
    }

    [Fact]
    public void No_project_starves_however_much_another_brings()
    {
        // One brings a thousand trials at once; the other comes an hour later with one at a time.
        var flood = Enumerable.Range(0, 1_000).Select(i => new SimulatedTrial($"f{i:0000}", "flood", "flood", 0, 300, s_one));
        var drops = Enumerable.Range(0, 20).Select(i => new SimulatedTrial($"d{i:00}", "drops", "drops", 3600 + (i * 600), 300, s_one));

        var report = Run([.. flood, .. drops], [new("a", Slots: 4)]);

        var late = report.Projects.Single(project => project.Name == "drops");
        Assert.Equal(20, late.Trials);
        Assert.True(late.Percentile95Wait <= 300, $"{late.Percentile95Wait} s");
    }

    [Fact]
    public void A_large_trial_is_not_starved_by_small_ones()
    {
        var small = Enumerable.Range(0, 500).Select(i => new SimulatedTrial($"s{i:000}", "small", "p", i * 10, 100, new(1, 1, 1, 2)));
        var large = new SimulatedTrial("large", "large", "large", 5, 100, new(1, 1, 4, 10));

        var report = Run([.. small, large], [new("a", Gpus: 4)]);

        // It starts when the small ones before it are over by their time limits, not when the last is.
        Assert.Equal(501, report.Trials);
        Assert.InRange(report.Projects.Single(project => project.Name == "large").MedianWait, 1, 240);
    }

    [Fact]
    public void Projects_of_equal_weight_share_alike_and_others_by_weight()
    {
        var trace = Enumerable.Range(0, 900).Select(i => new SimulatedTrial($"t{i:000}", $"e{i % 3}", $"p{i % 3}", 0, 60, s_one)).ToList();

        Assert.True(Run(trace, [new("a", Slots: 9)]).Fairness > 0.99);

        var weighted = Run(trace, [new("a", Slots: 12)], [new("p0", Weight: 2)]);
        Assert.True(weighted.Fairness > 0.98, $"{weighted.Fairness}");
        Assert.True(weighted.Projects.Single(project => project.Name == "p0").MedianWait < weighted.Projects.Single(project => project.Name == "p1").MedianWait);
    }

    [Fact]
    public void A_stopped_trial_goes_on_from_its_last_checkpoint()
    {
        var report = Run(
            [
                new("long", "e", "p", 0, 1000, s_one with { Minutes = 20 }) { Preemptible = true },
                new("urgent", "e", "p", 500, 100, s_one) { Priority = 1 },
            ],
            [new("a", Slots: 1)]);

        // 480 of 500 s were saved, and a round went by: 500 + 1 + 100 + 520.
        Assert.Equal((1, 1121.0), (report.Preemptions, report.Seconds));
    }

    [Fact]
    public void Nothing_runs_through_maintenance_and_what_no_site_can_take_is_named()
    {
        var window = new MaintenanceWindow(DateTimeOffset.UnixEpoch.AddSeconds(300), DateTimeOffset.UnixEpoch.AddSeconds(900));
        var report = Run(
            [new("waits", "e", "p", 0, 300, s_one), new("never", "e", "p", 0, 300, s_one with { Gpus = 9 })],
            [new("a", Slots: 2, Gpus: 1) { Maintenance = [window] }]);

        Assert.Equal(900, report.Projects.Single().MedianWait);
        Assert.Equal(new PlacementAct.Wait("never", WaitReason.TooLarge, "a"), Assert.Single(report.Never));
    }

    [Fact]
    public async Task A_trace_is_read_back_as_it_was_written_and_a_member_that_is_none_is_refused()
    {
        var trial = new SimulatedTrial("t", "e", "p", 1.5, 60, s_one) { Sites = ["a"], Inputs = [new("shard", Sha256Digest.Of([1]), 5)], Priority = 2, Preemptible = true };
        var read = await TraceFile.ReadAsync(new StringReader(TraceFile.Write(trial) + "\n\n" + TraceFile.Write(trial))).ToListAsync();
        Assert.Equal(2, read.Count);
        Assert.Equal(TraceFile.Write(trial), TraceFile.Write(read[1]));

        await Assert.ThrowsAsync<System.Text.Json.JsonException>(async () => await TraceFile.ReadAsync(new StringReader("""{"id":"t","colour":1}""")).ToListAsync());
    }

    [Theory]
    [InlineData(new[] { 1.0, 1, 1, 1 }, 1.0)]
    [InlineData(new[] { 1.0, 0, 0, 0 }, 0.25)]
    [InlineData(new[] { 1.0, 2, 3 }, 36.0 / 42)]
    public void The_fairness_index_is_Jains(double[] shares, double expected) => Assert.Equal(expected, Fairness.Jain(shares)!.Value, 1e-12);

    private static SimulationReport Run(IReadOnlyList<SimulatedTrial> trace, IReadOnlyList<PlacementSite> sites, IReadOnlyList<ProjectShare>? projects = null) =>
        Simulator.Run(trace, new(sites, projects ?? [], TimeSpan.FromHours(24)), TimeProvider.System);
}
