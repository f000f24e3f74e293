namespace Scanlock.Broker.Experiments;

/// <summary>What may be done for a trial next. Each is safe to do again: a broker that was killed in the middle does it anew.</summary>
internal abstract record TrialStep
{
    private TrialStep() { }

    /// <summary>Wait for the gateway's decision on the experiment's request.</summary>
    public sealed record AwaitPermit : TrialStep;

    /// <summary>Bring what is missing to the site.</summary>
    public sealed record Stage : TrialStep;

    /// <summary>Sign the job and keep it, before the site hears of it.</summary>
    public sealed record SignJob : TrialStep;

    /// <summary>Hand the kept job in.</summary>
    public sealed record HandIn : TrialStep;

    /// <summary>Ask the site how the job stands and carry what it says.</summary>
    public sealed record Watch : TrialStep;

    /// <summary>Tell the site to stop the job.</summary>
    public sealed record CancelAtSite : TrialStep;

    /// <summary>Stop, where the site knows no job yet or has finished it.</summary>
    public sealed record Abandon : TrialStep;

    /// <summary>Carry the results to the gateway.</summary>
    public sealed record Collect : TrialStep;

    /// <summary>Delete what was staged for a job that was never handed in.</summary>
    public sealed record Discard : TrialStep;

    /// <summary>Delete the job at the site, against a receipt.</summary>
    public sealed record Purge : TrialStep;

    /// <summary>Carry the kept receipt to the gateway.</summary>
    public sealed record CarryReceipt : TrialStep;

    /// <summary>Nothing: the trial has ended.</summary>
    public sealed record Rest : TrialStep;
}

/// <summary>What happened to a trial.</summary>
internal abstract record TrialEvent
{
    private TrialEvent() { }

    public sealed record PermitAllowed : TrialEvent;

    /// <summary>Denied, revoked or expired.</summary>
    public sealed record PermitRefused(string Sentence) : TrialEvent;

    /// <summary>So much is to be staged; said before the first byte is sent, and again while it goes on.</summary>
    public sealed record StagingAt(long Total, long Sent, long Shared) : TrialEvent;

    public sealed record Staged(long Total, long Sent, long Shared) : TrialEvent;

    /// <summary>The job statement of this digest is kept.</summary>
    public sealed record JobSigned(string Job) : TrialEvent;

    public sealed record Accepted : TrialEvent;

    /// <summary>Parts were gone when the job was handed in.</summary>
    public sealed record PartsMissing(DateTimeOffset RetryAt) : TrialEvent;

    public sealed record SiteQueued : TrialEvent;

    public sealed record SiteRuns : TrialEvent;

    public sealed record SiteFinished : TrialEvent;

    public sealed record SiteFailed(string Failure, string Sentence) : TrialEvent;

    /// <summary>The site knows no such job.</summary>
    public sealed record SiteForgot : TrialEvent;

    public sealed record ProgressKept(int Sequence) : TrialEvent;

    /// <summary>The gateway refused keys to the job; the site will say how it ended.</summary>
    public sealed record KeysRefused(string Sentence) : TrialEvent;

    public sealed record CancelAsked : TrialEvent;

    /// <summary>Its search has judged that it is not worth going on with.</summary>
    public sealed record StoppedEarly(string Sentence) : TrialEvent;

    /// <summary>Its search has judged that it may go on.</summary>
    public sealed record RungPassed : TrialEvent;

    /// <summary>The same training was done for an earlier trial, whose results are this one's too.</summary>
    public sealed record Reused(string From, string Job, string Metrics, string Model) : TrialEvent;

    public sealed record CancelDelivered : TrialEvent;

    public sealed record Abandoned : TrialEvent;

    /// <summary>The gate has decided on the results.</summary>
    public sealed record Collected(string Metrics, string Model, string? Explanation) : TrialEvent;

    /// <summary>It cannot go on, whatever is tried.</summary>
    public sealed record GivenUp(string Failure, string Sentence) : TrialEvent;

    public sealed record Discarded : TrialEvent;

    public sealed record ReceiptKept : TrialEvent;

    /// <summary>The site is clean and the gateway knows; or the site knew no such job.</summary>
    public sealed record PurgeSettled : TrialEvent;

    /// <summary>After the end: how the results stand at the gateway now, and when to look again.</summary>
    public sealed record ResultsSeen(string Metrics, string Model, string? Explanation, DateTimeOffset LookAgainAt) : TrialEvent;

    /// <summary>A step did not work and may later; the sentence is what a person sees meanwhile.</summary>
    public sealed record Trouble(string Sentence, DateTimeOffset RetryAt) : TrialEvent;
}
