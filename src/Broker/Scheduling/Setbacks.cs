using Scanlock.Broker.Experiments;
using Scanlock.Broker.Sites;
using Scanlock.Broker.Staging;
using Scanlock.Contracts.Broker;

namespace Scanlock.Broker.Scheduling;

/// <summary>What a setback means for a trial: wait and try again, or give up. Pure.</summary>
internal static class Setbacks
{
    private const int MostBreaks = 2;
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    // A running job's leases last minutes, and half of one may be gone before its renewal is seen.
    private static readonly TimeSpan s_longestWhileRunning = TimeSpan.FromSeconds(5);

    public static TrialEvent.Trouble Later(Trial trial, string sentence, DateTimeOffset now) => new(sentence, now + Pause(trial));

    /// <summary>
    /// A site that is away is waited for. A wrong host key or a wrong agent is an answer, and ends a trial; but not one whose job the site
    /// may hold: that is waited for too, since someone must purge it.
    /// </summary>
    public static TrialEvent Of(Trial trial, SiteProblem problem, DateTimeOffset now) => problem.Trouble switch
    {
        SiteTrouble.HostKey when trial.Job is null => new TrialEvent.GivenUp(BrokerFailures.HostKeyMismatch, problem.Sentence),
        SiteTrouble.Protocol when trial.Job is null => new TrialEvent.GivenUp(BrokerFailures.AgentProtocol, problem.Sentence),
        _ => Later(trial, problem.Sentence, now),
    };

    /// <summary>A refusal of the agent to a step that cannot be left out.</summary>
    public static TrialEvent OfRefusal(Trial trial, string code, string sentence, DateTimeOffset now) => SiteRefusals.MayPass(code)
        ? Later(trial, SiteRefusals.Explain(code, sentence), now)
        : new TrialEvent.GivenUp(SiteRefusals.ToFailure(code), SiteRefusals.Explain(code, sentence));

    /// <summary>The event of a staging that ended; null where it was stopped by a cancellation.</summary>
    public static TrialEvent? Of(Trial trial, StagingEnd end, DateTimeOffset now) => end switch
    {
        StagingEnd.Complete complete => new TrialEvent.Staged(complete.Count.Total, complete.Count.Sent, complete.Count.Shared),
        StagingEnd.Stopped => null,
        StagingEnd.PermitRefused refused => new TrialEvent.PermitRefused(refused.Sentence),
        StagingEnd.Impossible impossible => new TrialEvent.GivenUp(impossible.Failure, impossible.Sentence),
        StagingEnd.BrokenOff broken => OfBreak(trial, broken, now),
        StagingEnd.SiteDown down => Of(trial, down.Problem, now),
        StagingEnd.Trouble trouble => Later(trial, trouble.Sentence, now),
        _ => throw new InvalidOperationException("No such end."),
    };

    /// <summary>A gateway that finds its stored copy altered breaks off, each time at the same place; a bad line does so elsewhere, or not again.</summary>
    private static TrialEvent OfBreak(Trial trial, StagingEnd.BrokenOff broken, DateTimeOffset now)
    {
        var sentence = $"The gateway '{broken.Gateway}' breaks off in the part '{broken.Part}'.";
        return trial.Trouble == sentence && trial.Attempts >= MostBreaks
            ? new TrialEvent.GivenUp(
                BrokerFailures.StagingDigestMismatch,
                $"The gateway '{broken.Gateway}' breaks off in the part '{broken.Part}' each time at the same place: its stored copy is not what it sealed.")
            : Later(trial, sentence, now);
    }

    /// <summary>How often something is looked at that may take a reviewer's day: less and less.</summary>
    public static TimeSpan Pace(TimeSpan age, TimeSpan poll) =>
        TimeSpan.FromSeconds(Math.Clamp(age.TotalSeconds / 20, poll.TotalSeconds, Math.Max(60, poll.TotalSeconds)));

    internal static TimeSpan Pause(Trial trial)
    {
        var longest = trial.State is TrialState.Queued or TrialState.Running ? s_longestWhileRunning : s_longest;
        return TimeSpan.FromSeconds(Math.Min(longest.TotalSeconds, Math.Pow(2, Math.Min(trial.Attempts, 10))));
    }
}
