using System.Threading.RateLimiting;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>Counts failed attempts by who makes them, so that going on with them is of no use and costs the gateway nothing.</summary>
internal sealed class FailedAttempts : IDisposable
{
    public const int MostInAMinute = 20;

    private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(who =>
        RateLimitPartition.GetFixedWindowLimiter(who, _ => new() { PermitLimit = MostInAMinute, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 }));

    /// <summary>Counts one more; how long to wait where it is one too many.</summary>
    public TimeSpan? Count(string who)
    {
        using var lease = _limiter.AttemptAcquire(who);
        return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromMinutes(1);
    }

    public void Dispose() => _limiter.Dispose();
}
