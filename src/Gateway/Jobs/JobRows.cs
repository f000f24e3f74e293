using Scanlock.Gateway.Keys;

namespace Scanlock.Gateway.Jobs;

/// <summary>A job this gateway has heard of. With its first keys it counts against its permit, and what was measured then is held against it.</summary>
public sealed class JobRow
{
    /// <summary>Digest of the job statement.</summary>
    public required string Digest { get; init; }

    /// <summary>The request whose permit it runs under.</summary>
    public required string Request { get; init; }
    public required string Dataset { get; init; }
    public required string Broker { get; init; }
    public required string Site { get; init; }

    /// <summary>The job statement, compact.</summary>
    public required string Statement { get; init; }

    /// <summary>The one key it may ever be given data for, base64; null while it has no keys, as the next four.</summary>
    public string? PublicKey { get; set; }

    /// <summary>The trainer as measured.</summary>
    public string? Trainer { get; set; }
    public string? Runtime { get; set; }
    public string? Isolation { get; set; }

    /// <summary>Highest sequence of its key requests so far.</summary>
    public int Sequence { get; set; }
    public DateTimeOffset? CountedAt { get; set; }

    /// <summary>When its lease ends.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    /// <summary>Highest sequence of its progress so far.</summary>
    public int ProgressSequence { get; set; }

    /// <summary>Numbers it has reported so far.</summary>
    public long ProgressValues { get; set; }
    public string? Failure { get; set; }

    /// <summary>When it failed or handed in its result: from then on it gets no keys.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Digest of the purge receipt, once the site has given one.</summary>
    public string? Receipt { get; set; }

    internal static JobRow Of(VerifiedJob job) => new()
    {
        Digest = job.Job.Digest.ToString(),
        Request = job.Permit.Value.Id,
        Dataset = job.Dataset.Dataset,
        Broker = job.Broker.Name,
        Site = job.Agent.Site,
        Statement = job.Job.Compact,
    };
}
