using FsCheck;
using FsCheck.Fluent;
using Scanlock.Broker.Experiments;
using Scanlock.Contracts;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Jobs;

namespace Scanlock.Broker.Tests;

[Trait("promise", "P9")]
public sealed class TrialMachineTests
{
    private static readonly Trial s_new = new("t", "e", 0, "site", TrialState.WaitingApproval, DateTimeOffset.UnixEpoch);

    private static readonly TrialEvent[] s_events =
    [
        new TrialEvent.PermitAllowed(), new TrialEvent.PermitRefused("revoked"), new TrialEvent.StagingAt(10, 0, 4), new TrialEvent.Staged(10, 6, 4),
        new TrialEvent.Staged(10, 0, 10), new TrialEvent.JobSigned("sha256:1"), new TrialEvent.JobSigned("sha256:2"), new TrialEvent.Accepted(),
        new TrialEvent.PartsMissing(DateTimeOffset.UnixEpoch), new TrialEvent.SiteQueued(), new TrialEvent.SiteRuns(), new TrialEvent.SiteFinished(),
        new TrialEvent.SiteFailed(JobFailures.Diverged, "diverged"), new TrialEvent.SiteForgot(), new TrialEvent.ProgressKept(3), new TrialEvent.KeysRefused("no keys"),
        new TrialEvent.CancelAsked(), new TrialEvent.CancelDelivered(), new TrialEvent.Abandoned(), new TrialEvent.Collected(ResultStates.Released, ResultStates.Held, null),
        new TrialEvent.Collected(ResultStates.Refused, ResultStates.Refused, "no"), new TrialEvent.GivenUp(BrokerFailures.HostKeyMismatch, "wrong key"),
        new TrialEvent.Discarded(), new TrialEvent.ReceiptKept(), new TrialEvent.PurgeSettled(),
        new TrialEvent.ResultsSeen(ResultStates.Released, ResultStates.Released, null, DateTimeOffset.UnixEpoch),
        new TrialEvent.Trouble("away", DateTimeOffset.UnixEpoch), new TrialEvent.StoppedEarly("worse than others"), new TrialEvent.RungPassed(),
        new TrialEvent.Reused("earlier", "sha256:1", ResultStates.Released, ResultStates.Held),
    ];

    // Half of what happens is what a working world says next (null here), so that lives get far; the other half is anything.
    private static Arbitrary<TrialEvent?[]> AnyLife { get; } =
        Gen.OneOf(Gen.Constant<TrialEvent?>(null), Gen.Elements<TrialEvent?>(s_events)).ArrayOf(30).ToArbitrary();

    [Fact]
    public void What_has_ended_stays_as_it_ended() => Holds(life =>
    {
        var ended = Lives(life).SkipWhile(trial => !trial.State.IsTerminal()).Select(trial => (trial.State, trial.Failure, trial.Job)).Distinct();
        return ended.Count() <= 1;
    });

    [Fact]
    public void A_live_trial_always_has_something_to_do_and_an_ended_one_never() =>
        Holds(life => Lives(life).All(trial => trial.State.IsTerminal() == TrialMachine.Next(trial) is TrialStep.Rest));

    [Fact]
    public void The_job_and_the_ending_never_change_once_decided() => Holds(life =>
        Lives(life).Select(trial => trial.Job).OfType<string>().Distinct().Count() <= 1
        && Lives(life).Select(trial => trial.Ending).OfType<TrialState>().Distinct().Count() <= 1);

    [Fact]
    public void An_event_heard_twice_is_heard_once() => Holds(life =>
        life.Aggregate((Trial: s_new, Good: true), (seen, happened) =>
        {
            var once = TrialMachine.After(seen.Trial, happened);
            return (once, seen.Good && (happened is TrialEvent.Trouble || TrialMachine.After(once, happened) == once));
        }).Good);

    [Fact]
    [Trait("promise", "P10")]
    public void No_trial_whose_job_was_signed_ends_before_its_site_is_settled() => Holds(life =>
    {
        var settled = false;
        var trial = s_new;
        foreach (var happened in life)
        {
            settled |= trial.State == TrialState.Purging && happened is TrialEvent.PurgeSettled or TrialEvent.Discarded;
            trial = TrialMachine.After(trial, happened);
            if (trial.State.IsTerminal() && trial.LeavesTraces && !settled)
            {
                return false;
            }
        }

        return true;
    });

    [Fact]
    public void Whatever_happened_so_far_a_world_that_works_brings_it_to_an_end() =>
        Holds(life => Cooperate(Lives(life).Last()).State.IsTerminal());

    [Fact]
    public void A_cancelled_trial_ends_cancelled_unless_its_ending_was_decided_before() => Holds(life =>
    {
        var before = Lives(life).Last();
        var end = Cooperate(TrialMachine.After(before, new TrialEvent.CancelAsked()));
        return end.State == (before.Ending ?? (before.State.IsTerminal() ? before.State : TrialState.Cancelled));
    });

    [Fact]
    public void A_trial_that_its_search_stops_ends_stopped_and_says_why_unless_it_had_finished()
    {
        var running = new[] { new TrialEvent.PermitAllowed(), new TrialEvent.Staged(1, 1, 0), new TrialEvent.JobSigned("j"), (TrialEvent)new TrialEvent.Accepted(), new TrialEvent.SiteRuns() }
            .Aggregate(s_new, TrialMachine.After);
        var stopping = TrialMachine.After(running, new TrialEvent.StoppedEarly("worse than others"));

        Assert.IsType<TrialStep.CancelAtSite>(TrialMachine.Next(stopping));
        var stopped = Cooperate(TrialMachine.After(stopping, new TrialEvent.SiteFailed(JobFailures.Cancelled, "cancelled")));
        Assert.Equal((TrialState.Stopped, null, "worse than others"), (stopped.State, stopped.Failure, stopped.Explanation));
        Assert.Equal(TrialState.Finished, Cooperate(TrialMachine.After(stopping, new TrialEvent.SiteFinished())).State);
        var collecting = TrialMachine.After(running, new TrialEvent.SiteFinished());
        Assert.Equal(collecting, TrialMachine.After(collecting, new TrialEvent.StoppedEarly("worse than others")));
        var cancelled = TrialMachine.After(stopping, new TrialEvent.CancelAsked());
        Assert.Equal(TrialState.Cancelled, Cooperate(TrialMachine.After(cancelled, new TrialEvent.SiteFinished())).State);
    }

    [Fact]
    public void The_path_without_setbacks_visits_every_state_in_order()
    {
        List<TrialState> visited = [];
        Cooperate(s_new, visited);

        Assert.Equal(
            [TrialState.WaitingApproval, TrialState.Staging, TrialState.Submitting, TrialState.Queued, TrialState.Running, TrialState.Collecting, TrialState.Purging, TrialState.Finished],
            visited.Distinct());
    }

    [Fact]
    public void Trouble_is_shown_and_counted_until_the_next_step_works()
    {
        var staging = TrialMachine.After(s_new, new TrialEvent.PermitAllowed());
        var waits = TrialMachine.After(TrialMachine.After(staging, new TrialEvent.Trouble("away", DateTimeOffset.MaxValue)), new TrialEvent.Trouble("away", DateTimeOffset.MaxValue));

        Assert.Equal((2, "away", TrialState.Staging), (waits.Attempts, waits.Trouble, waits.State));
        var goesOn = TrialMachine.After(waits, new TrialEvent.Staged(1, 1, 0));
        Assert.Equal((0, null, default), (goesOn.Attempts, goesOn.Trouble, goesOn.DueAt));
    }

    [Fact]
    public void The_reason_of_a_failure_outlives_the_trouble_of_purging()
    {
        var running = new[] { new TrialEvent.PermitAllowed(), new TrialEvent.Staged(1, 1, 0), new TrialEvent.JobSigned("j"), (TrialEvent)new TrialEvent.Accepted(), new TrialEvent.SiteRuns() }
            .Aggregate(s_new, TrialMachine.After);
        TrialEvent[] ending =
        [
            new TrialEvent.KeysRefused("The gateway refused the keys: revoked."), new TrialEvent.SiteFailed(JobFailures.KeyRefused, "generic"),
            new TrialEvent.Trouble("site away", default), new TrialEvent.ReceiptKept(), new TrialEvent.PurgeSettled(),
        ];

        var failed = ending.Aggregate(running, TrialMachine.After);

        Assert.Equal((TrialState.Failed, JobFailures.KeyRefused, "The gateway refused the keys: revoked."), (failed.State, failed.Failure, failed.Explanation));
    }

    [Fact]
    public void The_lives_these_tests_draw_visit_every_state()
    {
        var visited = Gen.Sample(AnyLife.Generator, 2000, 30).SelectMany(life => Lives(Said(life))).Select(trial => trial.State).ToHashSet();

        Assert.Equal(Enum.GetValues<TrialState>().ToHashSet(), visited);
    }

    private static void Holds(Func<TrialEvent[], bool> property) =>
        Prop.ForAll(AnyLife, life => property(Said(life))).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    private static TrialEvent[] Said(TrialEvent?[] life)
    {
        var trial = s_new;
        List<TrialEvent> said = [];
        foreach (var happened in life)
        {
            said.Add(happened ?? (trial.State.IsTerminal() ? s_events[0] : Good(trial)));
            trial = TrialMachine.After(trial, said[^1]);
        }

        return [.. said];
    }

    /// <summary>The trial after each event, the new one first.</summary>
    private static IEnumerable<Trial> Lives(TrialEvent[] life)
    {
        var trial = s_new;
        yield return trial;
        foreach (var happened in life)
        {
            trial = TrialMachine.After(trial, happened);
            yield return trial;
        }
    }

    /// <summary>Does each next step and has it work.</summary>
    private static Trial Cooperate(Trial trial, List<TrialState>? visited = null)
    {
        for (var steps = 0; steps < 50 && !trial.State.IsTerminal(); steps++)
        {
            visited?.Add(trial.State);
            trial = TrialMachine.After(trial, Good(trial));
        }

        visited?.Add(trial.State);
        return trial;
    }

    /// <summary>The good news after the next step.</summary>
    private static TrialEvent Good(Trial trial) => TrialMachine.Next(trial) switch
    {
        TrialStep.AwaitPermit => new TrialEvent.PermitAllowed(),
        TrialStep.Stage => new TrialEvent.Staged(10, 10, 0),
        TrialStep.SignJob => new TrialEvent.JobSigned(Sha256Digest.Of([]).ToString()),
        TrialStep.HandIn => new TrialEvent.Accepted(),
        TrialStep.Watch when trial.CancelAsked => new TrialEvent.SiteFailed(JobFailures.Cancelled, "cancelled"),
        TrialStep.Watch => trial.State == TrialState.Queued ? new TrialEvent.SiteRuns() : new TrialEvent.SiteFinished(),
        TrialStep.CancelAtSite => new TrialEvent.CancelDelivered(),
        TrialStep.Abandon => new TrialEvent.Abandoned(),
        TrialStep.Collect => new TrialEvent.Collected(ResultStates.Released, ResultStates.Held, null),
        TrialStep.Discard => new TrialEvent.Discarded(),
        TrialStep.Purge => new TrialEvent.ReceiptKept(),
        TrialStep.CarryReceipt => new TrialEvent.PurgeSettled(),
        _ => throw new InvalidOperationException("A live trial rests."),
        };
}
