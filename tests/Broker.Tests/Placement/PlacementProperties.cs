using FsCheck;
using FsCheck.Fluent;
using Scanlock.Broker.Scheduling.Placement;
using Act = Scanlock.Broker.Scheduling.Placement.PlacementAct;

namespace Scanlock.Broker.Tests.Placement;

/// <summary>What holds for every decision.</summary>
public sealed class PlacementProperties
{
    [Fact]
    public void The_snapshots_drawn_see_every_act_and_every_reason()
    {
        var acts = Enumerable.Range(0, 3_000).SelectMany(seed => PlacementPolicy.Decide(DrawnSnapshot.From(seed))).ToList();

        Assert.True(acts.OfType<Act.Place>().Count() > 1_000);
        Assert.True(acts.OfType<Act.Preempt>().Count() > 100);
        foreach (var reason in Enum.GetValues<WaitReason>())
        {
            Assert.True(acts.OfType<Act.Wait>().Count(wait => wait.Reason == reason) > 20, reason.ToString());
        }
    }

    [Fact]
    public void Every_waiting_trial_has_either_one_place_or_one_reason() => Check((snapshot, acts) =>
        acts.Where(act => act is not Act.Preempt).Select(IdOf).Order().SequenceEqual(snapshot.Waiting.Select(trial => trial.Id).Order(), StringComparer.Ordinal));

    [Fact]
    public void No_cap_of_a_site_is_exceeded() => Check((snapshot, acts) => snapshot.Sites.All(site =>
    {
        var added = Placed(snapshot, acts).Where(placed => placed.Site == site.Name).Select(placed => Room.Of(placed.Trial.Resources)).ToList();
        var all = snapshot.Placed.Where(placed => placed.Site == site.Name).Select(placed => Room.Of(placed.Resources)).Concat(added);
        return added.Count == 0 || all.Aggregate((a, b) => a + b).FitsIn(site.Capacity);
    }));

    [Fact]
    public void No_limit_of_a_project_is_exceeded() => Check((snapshot, acts) => snapshot.Projects.Where(project => project.Limit is not null).All(project =>
    {
        var added = Placed(snapshot, acts).Count(placed => placed.Trial.Project == project.Name);
        return added == 0 || added + snapshot.Placed.Count(placed => placed.Project == project.Name) <= project.Limit;
    }));

    [Fact]
    public void A_trial_goes_only_where_it_may_and_only_to_a_site_that_takes_trials() => Check((snapshot, acts) => Placed(snapshot, acts).All(placed =>
    {
        var site = snapshot.Sites.Single(site => site.Name == placed.Site);
        var end = snapshot.Now.AddMinutes(placed.Trial.Resources.Minutes);
        return placed.Trial.Sites.Contains(placed.Site, StringComparer.Ordinal)
            && site.State == SiteState.Up
            && !site.Maintenance.Any(window => window.From < end && snapshot.Now < window.Until);
    }));

    [Fact]
    public void Nobody_who_waits_for_room_sees_one_of_lower_priority_get_it() => Check((snapshot, acts) =>
    {
        var placed = Placed(snapshot, acts).ToList();
        var byId = snapshot.Waiting.ToDictionary(trial => trial.Id);
        return acts.OfType<Act.Wait>().Where(wait => wait.Reason is WaitReason.NoRoom or WaitReason.SiteLimit or WaitReason.KeptForLarger).All(wait =>
        {
            var high = byId[wait.Trial];
            return !placed.Any(low => Priority(snapshot, low.Trial) < Priority(snapshot, high)
                && high.Sites.Contains(low.Site, StringComparer.Ordinal)
                && high.Resources.Minutes <= low.Trial.Resources.Minutes
                && Room.Of(high.Resources).FitsIn(Room.Of(low.Trial.Resources)));
        });
    });

    [Fact]
    public void Only_a_preemptible_trial_of_lower_priority_is_stopped_and_once() => Check((snapshot, acts) =>
    {
        var stopped = acts.OfType<Act.Preempt>().ToList();
        return stopped.DistinctBy(act => act.Trial).Count() == stopped.Count && stopped.All(act =>
        {
            var victim = snapshot.Placed.Single(placed => placed.Id == act.Trial);
            var winner = snapshot.Waiting.Single(trial => trial.Id == act.For);
            return victim is { Preemptible: true, Leaving: false }
                && winner.Sites.Contains(victim.Site, StringComparer.Ordinal)
                && victim.Priority + ProjectPriority(snapshot, victim.Project) < Priority(snapshot, winner);
        });
    });

    [Fact]
    public void What_is_stopped_makes_the_room_it_was_stopped_for() => Check((snapshot, acts) =>
        acts.OfType<Act.Preempt>().Select(act => act.For).Distinct().All(winner => acts.OfType<Act.Wait>().Single(wait => wait.Trial == winner).Reason == WaitReason.RoomBeingFreed));

    [Fact]
    public void The_order_of_what_is_looked_at_does_not_matter() => Check((snapshot, acts) =>
    {
        var turned = snapshot with
        {
            Waiting = [.. snapshot.Waiting.Reverse()], Placed = [.. snapshot.Placed.Reverse()], Sites = [.. snapshot.Sites.Reverse()], Projects = [.. snapshot.Projects.Reverse()],
        };
        return PlacementPolicy.Decide(turned).OfType<Act.Place>().ToHashSet().SetEquals(acts.OfType<Act.Place>());
    });

    private static int Priority(PlacementSnapshot snapshot, WaitingTrial trial) => trial.Priority + ProjectPriority(snapshot, trial.Project);

    private static int ProjectPriority(PlacementSnapshot snapshot, string project) => snapshot.Projects.SingleOrDefault(share => share.Name == project)?.Priority ?? 0;

    private static IEnumerable<(WaitingTrial Trial, string Site)> Placed(PlacementSnapshot snapshot, IReadOnlyList<Act> acts)
    {
        var byId = snapshot.Waiting.ToDictionary(trial => trial.Id);
        return acts.OfType<Act.Place>().Select(place => (byId[place.Trial], place.Site));
    }

    private static string IdOf(Act act) => act switch
    {
        Act.Place place => place.Trial,
        Act.Wait wait => wait.Trial,
        Act.Preempt preempt => preempt.Trial,
        _ => throw new InvalidOperationException("No such act."),
    };

    private static void Check(Func<PlacementSnapshot, IReadOnlyList<Act>, bool> holds) =>
        FsCheck.Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(3_000),
            Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue)), seed =>
            {
                var snapshot = DrawnSnapshot.From(seed);
                return holds(snapshot, PlacementPolicy.Decide(snapshot));
            }));
}
