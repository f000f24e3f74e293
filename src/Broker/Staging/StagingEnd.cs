using Scanlock.Broker.Sites;

namespace Scanlock.Broker.Staging;

/// <summary>Bytes of ciphertext, staged so far.</summary>
/// <param name="Shared">Of the total, what was at the site before.</param>
internal sealed record StagingCount(long Total, long Sent, long Shared);

/// <summary>How an attempt at staging ended.</summary>
internal abstract record StagingEnd
{
    private StagingEnd() { }

    public sealed record Complete(StagingCount Count) : StagingEnd;

    /// <summary>Whoever watched said stop.</summary>
    public sealed record Stopped : StagingEnd;

    /// <summary>The gateway serves nothing under this permit any more.</summary>
    public sealed record PermitRefused(string Sentence) : StagingEnd;

    /// <summary>It cannot be staged, however often one tries.</summary>
    /// <param name="Failure">A code of <c>BrokerFailures</c> or <c>JobFailures</c>.</param>
    public sealed record Impossible(string Failure, string Sentence) : StagingEnd;

    /// <summary>The gateway began to send a part and broke off: a broken connection, or a stored copy that it found altered.</summary>
    public sealed record BrokenOff(string Gateway, string Part) : StagingEnd;

    public sealed record SiteDown(SiteProblem Problem) : StagingEnd;

    /// <summary>Not now.</summary>
    public sealed record Trouble(string Sentence) : StagingEnd;
}
