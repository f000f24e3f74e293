using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Jobs;

namespace Scanlock.Broker.Experiments;

/// <summary>
/// The life of a trial as two pure functions: what to do next, and what it is after something happened. Whoever acts writes the outcome
/// down before the next act, and each act can be repeated; so a broker killed anywhere carries on where it was (P9).
/// <list type="number">
/// <item>Waiting for approval, until the gateway allows or refuses the request.</item>
/// <item>Staging, until every part of the manifest is at the site.</item>
/// <item>Submitting: the job is signed and kept, then handed in; the same statement each time.</item>
/// <item>Queued and running, as the site says; key requests, leases and progress are carried.</item>
/// <item>Collecting, until the gateway's gate has decided on the results.</item>
/// <item>Purging, however it went, until the gateway has the site's receipt. Then the ending that was decided before.</item>
/// </list>
/// </summary>
internal static class TrialMachine
{
    public static TrialStep Next(Trial trial) => trial.State switch
    {
        TrialState.WaitingApproval => trial.CancelAsked ? new TrialStep.Abandon() : new TrialStep.AwaitPermit(),
        TrialState.Staging => trial.CancelAsked ? new TrialStep.Abandon() : new TrialStep.Stage(),
        TrialState.Submitting when trial.Job is null => trial.CancelAsked ? new TrialStep.Abandon() : new TrialStep.SignJob(),
        TrialState.Submitting => trial.CancelAsked ? new TrialStep.CancelAtSite() : new TrialStep.HandIn(),
        TrialState.Queued or TrialState.Running => trial is { CancelAsked: true, CancelSent: false } ? new TrialStep.CancelAtSite() : new TrialStep.Watch(),
        TrialState.Collecting => trial.CancelAsked ? new TrialStep.Abandon() : new TrialStep.Collect(),
        TrialState.Purging when trial.Job is null => new TrialStep.Discard(),
        TrialState.Purging => trial.ReceiptHeld ? new TrialStep.CarryReceipt() : new TrialStep.Purge(),
        TrialState.Finished or TrialState.Failed or TrialState.Refused or TrialState.Cancelled or TrialState.Stopped => new TrialStep.Rest(),
        _ => throw new InvalidOperationException("No such state."),
    };

    /// <summary>The trial after the event. An event that does not concern its state (a late answer) changes nothing.</summary>
    public static Trial After(Trial trial, TrialEvent happened) => happened switch
    {
        TrialEvent.ResultsSeen seen when trial.State == TrialState.Finished =>
            trial with { Metrics = seen.Metrics, Model = seen.Model, Explanation = seen.Explanation, DueAt = seen.LookAgainAt },
        _ when trial.State.IsTerminal() => trial,
        TrialEvent.CancelAsked => trial.State == TrialState.Purging ? trial : trial with { CancelAsked = true, StopReason = null, DueAt = default },

        // Where it has finished meanwhile, what is there is taken.
        TrialEvent.StoppedEarly stopped => trial is { State: TrialState.Queued or TrialState.Running, CancelAsked: false }
            ? trial with { CancelAsked = true, StopReason = stopped.Sentence, DueAt = default }
            : trial,
        TrialEvent.Trouble trouble => trial with
        {
            Trouble = trouble.Sentence, Attempts = trial.Trouble == trouble.Sentence ? trial.Attempts + 1 : 1, DueAt = trouble.RetryAt,
        },
        TrialEvent.ProgressKept kept => trial with { ProgressSeen = Math.Max(trial.ProgressSeen, kept.Sequence) },
        TrialEvent.GivenUp failed => End(trial, TrialState.Failed, failed.Failure, failed.Sentence),
        TrialEvent.PermitRefused refused => End(trial, TrialState.Refused, BrokerFailures.PermitRefused, refused.Sentence),
        TrialEvent.Abandoned => trial.CancelAsked ? Stop(trial) : trial,
        _ => AfterInState(trial, happened),
    };

    private static Trial AfterInState(Trial trial, TrialEvent happened) => (trial.State, happened) switch
    {
        (TrialState.WaitingApproval, TrialEvent.Reused reused) => Well(trial) with
        {
            State = TrialState.Finished, Reused = reused.From, Job = reused.Job, Metrics = reused.Metrics, Model = reused.Model,
        },
        (TrialState.WaitingApproval, TrialEvent.PermitAllowed) => Enter(trial, TrialState.Staging),
        (TrialState.Staging, TrialEvent.StagingAt at) => (at.Sent > trial.StagingSent ? Well(trial) : trial) with { StagingTotal = at.Total, StagingSent = at.Sent, StagingShared = at.Shared },
        (TrialState.Staging, TrialEvent.Staged staged) => Enter(trial, TrialState.Submitting) with
        {
            StagingTotal = staged.Total, StagingSent = staged.Sent, StagingShared = staged.Shared,
        },
        (TrialState.Submitting, TrialEvent.JobSigned signed) => trial.Job is null ? Well(trial) with { Job = signed.Job } : trial,
        (TrialState.Submitting, TrialEvent.Accepted) => Enter(trial, TrialState.Queued),
        (TrialState.Submitting, TrialEvent.PartsMissing gone) => Enter(trial, TrialState.Staging) with { DueAt = gone.RetryAt },
        (TrialState.Submitting, TrialEvent.CancelDelivered) => Enter(trial, TrialState.Queued) with { CancelSent = true },
        (TrialState.Submitting, TrialEvent.SiteForgot) => trial.CancelAsked ? Stop(trial) : trial,
        (TrialState.Queued or TrialState.Running, _) => AtSite(trial, happened),
        (TrialState.Collecting, TrialEvent.Collected collected) => Collect(trial, collected),
        (TrialState.Purging, TrialEvent.ReceiptKept) => Well(trial) with { ReceiptHeld = true },
        (TrialState.Purging, TrialEvent.PurgeSettled or TrialEvent.Discarded) => Settle(trial),
        _ => trial,
    };

    private static Trial AtSite(Trial trial, TrialEvent happened) => happened switch
    {
        TrialEvent.SiteQueued => Enter(trial, TrialState.Queued),
        TrialEvent.SiteRuns => Enter(trial, TrialState.Running),
        TrialEvent.CancelDelivered => Well(trial) with { CancelSent = true },
        TrialEvent.SiteFailed or TrialEvent.SiteForgot when trial.CancelAsked => Stop(trial),
        TrialEvent.SiteFinished when trial is { CancelAsked: true, StopReason: null } => Stop(trial),

        // It was quicker than the search that would have stopped it: what is there is taken.
        TrialEvent.SiteFinished => Enter(trial, TrialState.Collecting) with { CancelAsked = false, StopReason = null },
        TrialEvent.KeysRefused refused => trial with { Explanation = refused.Sentence },
        TrialEvent.SiteFailed failed => End(trial, TrialState.Failed, failed.Failure, trial.Explanation ?? failed.Sentence),
        TrialEvent.SiteForgot => End(trial, TrialState.Failed, JobFailures.Lost, $"The site '{trial.Site}' no longer knows this job."),
        _ => trial,
    };

    private static Trial Collect(Trial trial, TrialEvent.Collected collected)
    {
        var held = trial with { Metrics = collected.Metrics, Model = collected.Model };
        return collected.Metrics == ResultStates.Refused
            ? End(held, TrialState.Failed, BrokerFailures.ResultRefused, collected.Explanation ?? "The gateway's gate refused the metrics.")
            : End(held, TrialState.Finished, null, collected.Explanation);
    }

    /// <summary>Ends it as cancelled by its researcher, or as stopped by its search.</summary>
    private static Trial Stop(Trial trial) => trial.StopReason is { } reason
        ? End(trial, TrialState.Stopped, null, reason)
        : End(trial, TrialState.Cancelled, null, null);

    /// <summary>Decides how it ends; what may be at the site is deleted first. The first decision stands.</summary>
    private static Trial End(Trial trial, TrialState ending, string? failure, string? sentence)
    {
        if (trial.State == TrialState.Purging)
        {
            return trial;
        }

        var decided = Well(trial) with { Ending = ending, Failure = failure, Explanation = sentence, State = TrialState.Purging };
        return trial.LeavesTraces ? decided : Settle(decided);
    }

    private static Trial Settle(Trial trial) => Well(trial) with
    {
        State = trial.Ending ?? throw new InvalidOperationException("A trial is purged only once its ending is decided."),
    };

    private static Trial Enter(Trial trial, TrialState state) => trial.State == state && trial.Attempts == 0 ? trial : Well(trial) with { State = state };

    private static Trial Well(Trial trial) => trial with { Attempts = 0, DueAt = default, Trouble = null };
}
