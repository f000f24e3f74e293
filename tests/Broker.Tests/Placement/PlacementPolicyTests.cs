using Scanlock.Broker.Scheduling.Placement;
using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;
using Act = Scanlock.Broker.Scheduling.Placement.PlacementAct;

namespace Scanlock.Broker.Tests.Placement;

public sealed class PlacementPolicyTests
{
    private static readonly DateTimeOffset s_now = DrawnSnapshot.Now;
    private static readonly JobResources s_small = new(1, 1024, 0, 10);
    private static readonly string[] s_a = ["a"];
    private static readonly string[] s_both = ["a", "b"];

    [Fact]
    public void The_project_that_has_had_least_for_its_weight_is_first()
    {
        var acts = Decide(
            [new("a", Slots: 3)],
            [Trial("x1", "x"), Trial("x2", "x"), Trial("x3", "x"), Trial("y1", "y"), Trial("y2", "y"), Trial("y3", "y")],
            projects: [new("x", Weight: 1, UsedSeconds: 600), new("y", Weight: 2, UsedSeconds: 600)]);

        // y stands at 300 and goes to 600 with its first, to 900 with its second; x comes in between.
        Assert.Equal(["y1", "x1", "y2"], acts.OfType<Act.Place>().Select(place => place.Trial));
    }

    [Fact]
    public void Among_trials_of_a_project_the_oldest_is_first()
    {
        var acts = Decide([new("a", Slots: 1)], [Trial("young", minutesAgo: 1), Trial("old", minutesAgo: 5)]);

        Assert.Equal(new Act.Place("old", "a"), Assert.Single(acts.OfType<Act.Place>()));
        Assert.Equal(new Act.Wait("young", WaitReason.NoRoom, "a"), Assert.Single(acts.OfType<Act.Wait>()));
    }

    [Fact]
    public void Small_trials_fill_a_gap_only_if_the_large_one_that_waits_starts_no_later_for_it()
    {
        // Two of four processors are free; the large one can start in ten minutes.
        var acts = Decide(
            [new("a", Gpus: 4)],
            [
                Trial("large", resources: new(1, 1, 4, 60), minutesAgo: 9),
                Trial("long", resources: new(1, 1, 1, 11), minutesAgo: 8),
                Trial("short", resources: new(1, 1, 1, 10), minutesAgo: 7),
            ],
            placed: [new("running", "e", "p", "a", s_now, new(1, 1, 2, 10))]);

        Assert.Equal([new("large", WaitReason.NoRoom, "a"), new("long", WaitReason.KeptForLarger, "a")], acts.OfType<Act.Wait>());
        Assert.Equal(new Act.Place("short", "a"), Assert.Single(acts.OfType<Act.Place>()));
    }

    [Fact]
    public void A_long_trial_may_use_what_the_large_one_leaves_over()
    {
        var acts = Decide(
            [new("a", Gpus: 5)],
            [Trial("large", resources: new(1, 1, 4, 60), minutesAgo: 9), Trial("long", resources: new(1, 1, 1, 600), minutesAgo: 8), Trial("another", resources: new(1, 1, 1, 600), minutesAgo: 7)],
            placed: [new("running", "e", "p", "a", s_now, new(1, 1, 3, 10))]);

        Assert.Equal(new Act.Place("long", "a"), Assert.Single(acts.OfType<Act.Place>()));
    }

    [Fact]
    public void A_trial_goes_where_its_data_are_and_its_experiment_follows()
    {
        JobInput[] inputs = [new("shard", Sha256Digest.Of([1]), 1_000_000_000)];
        var acts = Decide(
            [new("a", Slots: 4), new("b", Slots: 2) { Staged = new HashSet<Sha256Digest> { inputs[0].Digest } }],
            [.. Enumerable.Range(0, 4).Select(i => Trial($"t{i}", minutesAgo: 9 - i, sites: s_both) with { Inputs = inputs })]);

        Assert.Equal(["b", "b", "a", "a"], acts.OfType<Act.Place>().Select(place => place.Site));
    }

    [Fact]
    public void Trials_of_an_experiment_without_data_stay_together_and_others_go_where_it_is_emptier()
    {
        var acts = Decide(
            [new("a", Slots: 4), new("b", Slots: 4)],
            [
                Trial("x1", experiment: "x", minutesAgo: 9, sites: s_both), Trial("x2", experiment: "x", minutesAgo: 8, sites: s_both),
                Trial("y1", experiment: "y", minutesAgo: 7, sites: s_both), Trial("y2", experiment: "y", minutesAgo: 6, sites: s_both),
            ]);

        Assert.Equal(["a", "a", "b", "b"], acts.OfType<Act.Place>().Select(place => place.Site));
    }

    [Fact]
    public void A_trial_that_needs_no_graphics_processor_leaves_those_to_others()
    {
        var acts = Decide([new("a", Gpus: 4), new("b", Gpus: 0)], [Trial("plain", sites: s_both), Trial("wants", resources: new(1, 1, 1, 10), sites: s_both, project: "q")]);

        Assert.Equal("b", acts.OfType<Act.Place>().Single(place => place.Trial == "plain").Site);
        Assert.Equal("a", acts.OfType<Act.Place>().Single(place => place.Trial == "wants").Site);
    }

    [Fact]
    public void The_youngest_preemptible_trial_of_lowest_priority_is_stopped_and_not_again_while_it_leaves()
    {
        PlacedTrial[] placed =
        [
            new("old", "e", "p", "a", s_now.AddMinutes(-5), s_small, Preemptible: true),
            new("young", "e", "p", "a", s_now.AddMinutes(-1), s_small, Preemptible: true),
            new("firm", "e", "p", "a", s_now, s_small),
        ];
        var acts = Decide([new("a", Slots: 3)], [Trial("urgent", priority: 1)], placed: placed);

        Assert.Equal([new Act.Preempt("young", "urgent"), new Act.Wait("urgent", WaitReason.RoomBeingFreed, "a")], acts);

        var then = Decide([new("a", Slots: 3)], [Trial("urgent", priority: 1)], placed: [placed[0], placed[1] with { Leaving = true }, placed[2]]);
        Assert.Equal([new Act.Wait("urgent", WaitReason.RoomBeingFreed, "a")], then);
    }

    [Fact]
    public void A_time_limit_that_reaches_into_maintenance_waits_and_a_shorter_one_runs_before()
    {
        var site = new PlacementSite("a") { Maintenance = [new(s_now.AddMinutes(30), s_now.AddMinutes(60))] };

        var acts = Decide([site], [Trial("long", resources: s_small with { Minutes = 31 }), Trial("short", resources: s_small with { Minutes = 30 })]);

        Assert.Equal([new Act.Wait("long", WaitReason.WindowTooShort, "a"), new Act.Place("short", "a")], acts);
    }

    [Fact]
    public void Every_reason_has_a_code_and_a_sentence_of_its_own()
    {
        var waits = Enum.GetValues<WaitReason>().Select(reason => new Act.Wait("t", reason, "a")).ToList();
        Assert.Equal(waits.Count, waits.Select(wait => wait.Reason.Code()).Distinct().Count());
        Assert.Equal(waits.Count, waits.Select(wait => wait.Sentence()).Distinct().Count());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3600, 2596.85)]
    [InlineData(36000, 5188.63)]
    public void Usage_fades_by_half_in_each_half_life(double seconds, double expected) =>
        Assert.Equal(expected, FairShare.DecayedSeconds(s_now.AddSeconds(-seconds), s_now, s_now, TimeSpan.FromHours(1)), 1.0);

    private static IReadOnlyList<Act> Decide(
        IReadOnlyList<PlacementSite> sites, IReadOnlyList<WaitingTrial> waiting, IReadOnlyList<ProjectShare>? projects = null, IReadOnlyList<PlacedTrial>? placed = null) =>
        PlacementPolicy.Decide(new(s_now, sites, projects ?? [], waiting, placed ?? []));

    private static WaitingTrial Trial(
        string id, string project = "p", string experiment = "e", double minutesAgo = 5, JobResources? resources = null, IReadOnlyList<string>? sites = null, int priority = 0) =>
        new(id, experiment, project, s_now.AddMinutes(-minutesAgo), resources ?? s_small, sites ?? s_a, [], priority);
}
