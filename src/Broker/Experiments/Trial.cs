using Scanlock.Contracts.Broker;

namespace Scanlock.Broker.Experiments;

/// <summary>The states of a trial, as <see cref="TrialStates"/> names them, in the order of the one path.</summary>
internal enum TrialState
{
    WaitingApproval,
    Staging,
    Submitting,
    Queued,
    Running,
    Collecting,
    Purging,
    Finished,
    Failed,
    Refused,
    Cancelled,
    Stopped,
}

/// <summary>
/// One trial as the broker remembers it: everything that decides what happens next. Statements and measured numbers are kept beside it.
/// </summary>
internal sealed record Trial(
    string Id,
    string ExperimentId,
    int Ordinal,
    string Site,
    TrialState State,
    DateTimeOffset At)
{
    /// <summary>How it ends once the site is purged; null while that is open.</summary>
    public TrialState? Ending { get; init; }
    public string? Failure { get; init; }

    /// <summary>Why it ended as it did, in words.</summary>
    public string? Explanation { get; init; }

    /// <summary>What keeps it from going on at present, in words; null when all is well.</summary>
    public string? Trouble { get; init; }

    /// <summary>Digest of the job statement once that is signed and kept; from then on the site may know the job.</summary>
    public string? Job { get; init; }

    /// <summary>Its researcher, or its search, wants it stopped.</summary>
    public bool CancelAsked { get; init; }

    /// <summary>The site knows that.</summary>
    public bool CancelSent { get; init; }

    /// <summary>Why its search wants it stopped, in words; null where its researcher does.</summary>
    public string? StopReason { get; init; }

    /// <summary>The earlier trial whose results these are; null where it has run itself.</summary>
    public string? Reused { get; init; }

    /// <summary>The site is purged and its receipt kept; the gateway may not have it yet.</summary>
    public bool ReceiptHeld { get; init; }

    /// <summary>Highest progress sequence kept.</summary>
    public int ProgressSeen { get; init; }

    /// <summary>How the metrics stand at the gateway, or null.</summary>
    public string? Metrics { get; init; }

    /// <summary>How the model stands there, or null.</summary>
    public string? Model { get; init; }

    /// <summary>Bytes to stage; known, and written down, before the first is sent.</summary>
    public long StagingTotal { get; init; }
    public long StagingSent { get; init; }

    /// <summary>Bytes of it that were at the site already.</summary>
    public long StagingShared { get; init; }

    /// <summary>Whether the site may hold anything for this trial that must be deleted.</summary>
    public bool LeavesTraces => Reused is null && (Job is not null || StagingTotal > StagingShared);

    /// <summary>Attempts at the present step that failed in the same way.</summary>
    public int Attempts { get; init; }

    /// <summary>Not to be tried again before.</summary>
    public DateTimeOffset DueAt { get; init; }

    /// <summary>Counts writes, so that none is lost to another.</summary>
    public int Revision { get; init; }
}

internal static class TrialStateNames
{
    public static bool IsTerminal(this TrialState state) => state >= TrialState.Finished;

    /// <summary>The name in <see cref="TrialStates"/>.</summary>
    public static string ToName(this TrialState state) => TrialStates.All[(int)state];

    public static TrialState FromName(string name) => (TrialState)TrialStates.All.ToList().IndexOf(name);
}
