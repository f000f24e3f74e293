using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.HpcAgent.KeyHolding;
using Scanlock.HpcAgent.Queue;
using Scanlock.HpcAgent.Sites;
using Scanlock.Processes;

namespace Scanlock.HpcAgent.Running;

/// <summary>One job between the start of its key holder and its end: keys, lease, progress, result.</summary>
internal sealed class RunningJob(AdmittedJob job, Site site, JobFolder folder, HolderProcess holder, TimeProvider time) : IAsyncDisposable
{
    private const int KilledExit = 128 + 9;
    private readonly Lease _lease = new(time);
    private readonly ResultFiles _result = new(folder, job.Permit.Value.Egress.MaxBytes);
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private JobWatch _watch = null!;
    private Ready? _ready;
    private int _requests;
    private int _progress;
    private int _valuesLeft = job.Permit.Value.Bounds.ProgressValues;

    /// <summary>Runs it to its end; the caller ends the holder and writes down the outcome.</summary>
    public async Task<JobOutcome> RunAsync(CancellationToken cancellationToken)
    {
        _watch = new JobWatch(folder, site, holder, _lease, TimeSpan.FromMinutes(job.Job.Value.Resources.Minutes), time);
        while (true)
        {
            switch (await _watch.NextAsync(cancellationToken))
            {
                case JobEvent.Stopped(var failure):
                    return new JobOutcome.Failed(failure);
                case JobEvent.HolderGone:
                    return new JobOutcome.Failed(await FailureOfHolderAsync());
                case JobEvent.RenewalDue:
                    Ask();
                    break;
                case JobEvent.Answered(var release):
                    if (await TakeAnswerAsync(release, cancellationToken) is { } refused)
                    {
                        return new JobOutcome.Failed(refused);
                    }

                    break;
                case JobEvent.Reported(Sealed(var metrics, var model), _):
                    return await FinishAsync(metrics, model);
                case JobEvent.Reported(HolderFailed(var failure), _):
                    return new JobOutcome.Failed(JobFailures.All.Contains(failure) ? failure : JobFailures.TrainerCrashed);
                case JobEvent.Reported(var report, var body):
                    if (await TakeReportAsync(report, body, cancellationToken) is { } wrong)
                    {
                        return new JobOutcome.Failed(wrong);
                    }

                    break;
            }
        }
    }

    private async Task<string?> TakeReportAsync(HolderReport report, byte[] body, CancellationToken cancellationToken)
    {
        switch (report)
        {
            case Ready ready when _ready is null:
                if (ready.Trainer != job.Job.Value.Trainer)
                {
                    return JobFailures.TrainerChanged;
                }

                _ready = ready;
                Ask();
                return null;
            case Said(var line):
                Say(line);
                return null;
            case Piece(var part):
                return await _result.AppendAsync(part, body, cancellationToken) ? null : JobFailures.OutputTooLarge;
            case Opened:
                return null;
            default:
                return JobFailures.TrainerCrashed;
        }
    }

    /// <summary>Signs a key request, the first or a renewal, and leaves it for the broker to fetch.</summary>
    private void Ask()
    {
        var signedAt = time.GetTimestamp();
        var request = StatementKinds.KeyRequest.Sign(
            new(Wire.Version, job.Job.Digest, job.Permit.Digest, _ready!.PublicKey, _ready.Trainer, _ready.Runtime, Environment.MachineName, job.Isolation,
                _requests++, Attestation: null, time.GetUtcNow()),
            site.Key);
        _watch.Awaited = (request, signedAt, TimeSpan.FromSeconds(job.Permit.Value.LeaseSeconds));
        AtomicFile.Write(folder.Request, request.Compact);
    }

    private async Task<string?> TakeAnswerAsync(string answer, CancellationToken cancellationToken)
    {
        var (request, signedAt, _) = _watch.Awaited!.Value;
        _watch.Awaited = null;
        var (release, refusal) = answer.Length == 0
            ? (null, null)
            : ReleaseCheck.Check(answer, job.Gateway, request.Digest, time.GetUtcNow());

        // Headers are of no use without the key in the holder's memory, and of none to keep either.
        File.Delete(folder.Request);
        File.Delete(folder.Answer(request.Digest));
        if (release is null)
        {
            return refusal is null ? JobFailures.KeyRefused : JobFailures.KeyTimeout;
        }

        var first = !_lease.IsGranted;
        _lease.Grant(signedAt, TimeSpan.FromSeconds(Math.Min(release.LeaseSeconds, job.Permit.Value.LeaseSeconds)));
        var left = Math.Max(1, (long)_lease.Left.TotalMilliseconds);
        await holder.OrderAsync(first ? new OpenData(release.Headers, left) : new ExtendLease(left), cancellationToken);
        return null;
    }

    private void Say(Contracts.Trials.ProgressLine line)
    {
        // The holder counts as well; what is signed here is bounded here.
        if (line.IsDeclared && line.Values.Count > 0 && line.Values.Count <= _valuesLeft)
        {
            _valuesLeft -= line.Values.Count;
            var progress = new Progress(Wire.Version, job.Job.Digest, ++_progress, line.Epoch, line.Step, line.Values, Failure: null, time.GetUtcNow());
            folder.AddProgress(StatementKinds.Progress.Sign(progress, site.Key));
        }
    }

    private async Task<JobOutcome> FinishAsync(SealedPart metrics, SealedPart model)
    {
        if (_ready is null || !await _result.FinishAsync(metrics, model))
        {
            return new JobOutcome.Failed(JobFailures.OutputMissing);
        }

        return new JobOutcome.Finished(new(
            Wire.Version, job.Job.Digest, job.Permit.Digest, metrics, model,
            Sha256Digest.Of(CanonicalJson.Serialize(job.Job.Value.Spec)), _ready.Trainer, _ready.Runtime,
            Environment.MachineName, job.Isolation, _startedAt, time.GetUtcNow()));
    }

    private async Task<string> FailureOfHolderAsync()
    {
        var exit = await holder.Exit;
        if (_ready is null)
        {
            // It has seen no data yet, so what it says about its own start may be kept.
            await Console.Error.WriteLineAsync($"the key holder ended with {exit}: {holder.ErrorTail}");
            return JobFailures.IsolationUnavailable;
        }

        return exit is ProgramExit.Status(KilledExit) or ProgramExit.Signal(9) ? JobFailures.OutOfMemory
            : _lease is { IsGranted: true } && _lease.Left < TimeSpan.FromSeconds(1) ? JobFailures.LeaseLapsed
            : JobFailures.TrainerCrashed;
    }

    public ValueTask DisposeAsync() => _result.DisposeAsync();
}
