using Scanlock.Contracts.Gateway;

namespace Scanlock.Broker.Experiments;

/// <summary>How an experiment's request for access stands: the gateway's states, and the one before it was asked.</summary>
internal static class ExperimentRequests
{
    /// <summary>Kept here; whether the gateway has it is not known yet.</summary>
    public const string Asking = "asking";
}

/// <summary>An experiment and its request for access, whose id it shares. The researcher's token is never part of it.</summary>
/// <param name="Issuer">With <paramref name="Subject"/>, whose it is.</param>
/// <param name="Spec">The spec as handed in, canonical JSON.</param>
/// <param name="At">When it was handed in.</param>
internal sealed record Experiment(
    string Id,
    string Issuer,
    string Subject,
    string Name,
    string Gateway,
    string Dataset,
    string Site,
    string Trainer,
    string Spec,
    DateTimeOffset At)
{
    /// <summary>One of <see cref="RequestStates"/> or <see cref="ExperimentRequests.Asking"/>.</summary>
    public string Request { get; init; } = ExperimentRequests.Asking;

    /// <summary>The reasons of the gateway's decision, JSON.</summary>
    public string Reasons { get; init; } = "[]";

    /// <summary>Why the gateway cannot be asked at present, in words; or null.</summary>
    public string? Trouble { get; init; }
    public int Attempts { get; init; }
    public DateTimeOffset DueAt { get; init; }

    /// <summary>Counts writes, so that none is lost to another.</summary>
    public int Revision { get; init; }
}

/// <summary>What the gateway signed for an allowed request; checked before it was kept.</summary>
/// <param name="Permit">The permit statement, compact.</param>
/// <param name="Manifest">The manifest statement, compact.</param>
internal sealed record KeptPermit(string ExperimentId, string Permit, string Manifest);

/// <summary>The job statement of a trial, compact: signed once, so that its digest never changes.</summary>
internal sealed record KeptJob(string TrialId, string Statement);

/// <summary>What the site signed at the end, compact.</summary>
internal sealed record KeptOutcome(string TrialId)
{
    /// <summary>The result bundle.</summary>
    public string? Bundle { get; init; }

    /// <summary>The purge receipt.</summary>
    public string? Receipt { get; init; }

    /// <summary>The metrics as the gateway released them, JSON.</summary>
    public string? Metrics { get; init; }
}

/// <summary>One progress statement of a trial.</summary>
/// <param name="Numbers">Its declared numbers by name, JSON.</param>
/// <param name="Statement">The statement, compact.</param>
internal sealed record KeptProgress(string TrialId, int Sequence, int Epoch, int Step, string Numbers, string Statement)
{
    /// <summary>The gateway has it: only then is it shown.</summary>
    public bool Carried { get; init; }
}
