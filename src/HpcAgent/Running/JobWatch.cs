using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.HpcAgent.KeyHolding;
using Scanlock.HpcAgent.Queue;
using Scanlock.HpcAgent.Sites;

namespace Scanlock.HpcAgent.Running;

/// <summary>What happens to a running job.</summary>
internal abstract record JobEvent
{
    private JobEvent()
    {
    }

    public sealed record Reported(HolderReport Report, byte[] Body) : JobEvent;

    /// <summary>The holder is gone.</summary>
    public sealed record HolderGone : JobEvent;

    /// <param name="Release">The gateway's statement, compact; empty where it refused.</param>
    public sealed record Answered(string Release) : JobEvent;

    public sealed record RenewalDue : JobEvent;

    /// <param name="Failure">A code of <see cref="JobFailures"/>: the job is to end now.</param>
    public sealed record Stopped(string Failure) : JobEvent;
}

/// <summary>
/// Waits for whatever happens first to a job. What ends it is looked at first: an event of the holder never hides a lease that lapsed.
/// </summary>
internal sealed class JobWatch(JobFolder folder, Site site, HolderProcess holder, Lease lease, TimeSpan limit, TimeProvider time)
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(100);
    private readonly long _startedAt = time.GetTimestamp();
    private Task<(HolderReport Report, byte[] Body)?>? _reading;

    /// <summary>The request that an answer is awaited for, and until when it is of use.</summary>
    public (Statement<KeyRequest> Request, long SignedAt, TimeSpan Patience)? Awaited { get; set; }

    public async Task<JobEvent> NextAsync(CancellationToken cancellationToken)
    {
        _reading ??= holder.ReadAsync(cancellationToken);
        while (true)
        {
            if (WhatStopsIt() is { } failure)
            {
                return new JobEvent.Stopped(failure);
            }

            if (Awaited is { } awaited && AtomicFile.Read(folder.Answer(awaited.Request.Digest)) is { } answer)
            {
                return new JobEvent.Answered(answer);
            }

            if (Awaited is null && lease.IsRenewalDue)
            {
                return new JobEvent.RenewalDue();
            }

            if (_reading.IsCompleted)
            {
                var read = await _reading;
                _reading = null;
                return read is var (report, body) ? new JobEvent.Reported(report, body) : new JobEvent.HolderGone();
            }

            await Task.WhenAny(_reading, Task.Delay(s_tick, time, cancellationToken));
        }
    }

    private string? WhatStopsIt() =>
        lease.HasLapsed ? JobFailures.LeaseLapsed
        : !lease.IsGranted && Awaited is { } awaited && time.GetElapsedTime(awaited.SignedAt) > awaited.Patience ? JobFailures.KeyTimeout
        : time.GetElapsedTime(_startedAt) > limit ? JobFailures.OutOfTime
        : File.Exists(folder.CancelMark) ? JobFailures.Cancelled
        : site.IsStopped ? JobFailures.SiteRefused
        : null;
}
