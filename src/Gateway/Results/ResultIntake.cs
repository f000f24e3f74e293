using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Gateway.Access;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Datasets;
using Scanlock.Gateway.Jobs;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;
using Scanlock.Policy;

namespace Scanlock.Gateway.Results;

/// <summary>
/// Takes a finished job's result through the gate (P6): (1) the sealed parts are stored as they come, unopened; (2) the bundle binds them
/// to the job, and what was measured to what the keys were given for; (3) the gate opens, checks and writes both halves anew; (4) the policy
/// decides on the metrics, and the whole is logged; (5) metrics that need no review are released, the model is held until somebody asks.
/// Handing the same bundle in twice gives the same answer.
/// </summary>
internal sealed class ResultIntake(
    IDbContextFactory<GatewayDb> databases, AuditedActs acts, JobStatements statements, ResultGate gate, GatedFiles files, Releases releases,
    Withdrawal withdrawal, TimeProvider time) : IDisposable
{
    /// <summary>More than the metrics of any training.</summary>
    private const long MetricsBytes = 4 << 20;

    // A result is opened in memory; and of two that hand in the same one, the second must find the first's.
    private readonly SemaphoreSlim _oneAtATime = new(1);

    /// <summary>A header and the segments' overhead on top of twice the model: what leaves may be rounded to half of what was trained.</summary>
    private const long SealingBytes = 16 << 20;

    public async Task<Outcome<Done>> ReceivePartAsync(string job, string part, Stream body, string broker, CancellationToken cancellationToken)
    {
        if (!Sha256Digest.TryParse(job, out var digest) || !ResultParts.All.Contains(part, StringComparer.Ordinal))
        {
            return new Refusal.Unknown($"A result's parts are {string.Join(" and ", ResultParts.All)} of a job's digest.");
        }

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var row = await db.Jobs.SingleOrDefaultAsync(known => known.Digest == job && known.Broker == broker && known.CountedAt != null, cancellationToken);
        if (row is null)
        {
            return new Refusal.Unknown($"No job {job} of yours was given keys here.");
        }

        if (await db.Results.AnyAsync(result => result.Job == job, cancellationToken))
        {
            return default(Done);
        }

        if (await IsWithdrawnAsync(db, row.Dataset, cancellationToken))
        {
            return new Refusal.Conflict($"The dataset '{row.Dataset}' was withdrawn; nothing more of it is taken.");
        }

        var limit = part == ResultParts.Metrics ? MetricsBytes : (2 * PermitOf(row).Egress.MaxBytes) + SealingBytes;
        try
        {
            return await files.ReceiveAsync(digest, part, body, limit, cancellationToken);
        }
        finally
        {
            await withdrawal.DestroyIfWithdrawnAsync(row.Dataset, CancellationToken.None);
        }
    }

    public async Task<Outcome<ResultView>> SubmitAsync(ResultSubmission submission, string broker, CancellationToken cancellationToken)
    {
        var job = statements.VerifyJob(submission.Job, broker);
        if (job.IsRefused)
        {
            return await RefuseAsync(job.Refusal, broker, null, cancellationToken);
        }

        var bundle = JobStatements.VerifyOfAgent(StatementKinds.ResultBundle, submission.Bundle, job.Value);
        if (bundle.IsRefused)
        {
            return await RefuseAsync(bundle.Refusal, broker, job.Value, cancellationToken);
        }

        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            return await PassAsync(job.Value, bundle.Value, broker, cancellationToken);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task<Outcome<ResultView>> PassAsync(VerifiedJob job, Statement<ResultBundle> bundle, string broker, CancellationToken cancellationToken)
    {
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
        {
            var digest = job.Job.Digest.ToString();
            if (await db.Results.SingleOrDefaultAsync(result => result.Job == digest, cancellationToken) is { } earlier)
            {
                // A crash may have come between recording it and this.
                await files.ForgetReceivedAsync(job.Job.Digest, CancellationToken.None);
                return ResultViews.ViewOf(earlier);
            }

            var row = await db.Jobs.SingleOrDefaultAsync(known => known.Digest == digest, cancellationToken);
            if (BundleCheck.Fault(job, bundle, row) is { } fault)
            {
                return await RefuseAsync(new Refusal.Denied($"The result is refused: {fault.Sentence}.", [fault]), broker, job, cancellationToken);
            }

            if (await IsWithdrawnAsync(db, job.Dataset.Dataset, cancellationToken))
            {
                return await RefuseAsync(Withdrawn(job.Dataset.Dataset), broker, job, cancellationToken);
            }
        }

        try
        {
            var gated = await gate.PassAsync(job, bundle.Value, cancellationToken);
            if (gated.IsRefused)
            {
                return await RefuseAsync(gated.Refusal, broker, job, cancellationToken);
            }

            var recorded = await acts.PerformAsync(
                job.Attempt(Acts.JobResult, broker), (db, token) => RecordAsync(db, job, bundle, gated.Value, token), cancellationToken);
            await files.ForgetReceivedAsync(job.Job.Digest, CancellationToken.None);
            return recorded;
        }
        finally
        {
            // The gate wrote both halves anew; a withdrawal meanwhile has not seen them.
            await withdrawal.DestroyIfWithdrawnAsync(job.Dataset.Dataset, CancellationToken.None);
        }
    }

    private async Task<Decided<Outcome<ResultView>>> RecordAsync(
        GatewayDb db, VerifiedJob job, Statement<ResultBundle> bundle, GatedResult gated, CancellationToken cancellationToken)
    {
        var row = await db.Jobs.SingleAsync(known => known.Digest == job.Job.Digest.ToString(), cancellationToken);
        if (await db.Results.SingleOrDefaultAsync(result => result.Job == row.Digest, cancellationToken) is { } earlier)
        {
            return Decided.Nothing<Outcome<ResultView>>(ResultViews.ViewOf(earlier));
        }

        if (await IsWithdrawnAsync(db, row.Dataset, cancellationToken))
        {
            return Decided.Nothing<Outcome<ResultView>>(Withdrawn(row.Dataset));
        }

        var now = time.GetUtcNow();
        var verdict = gated.Metrics is { } metrics
            ? await releases.DecideAsync(db, row, ReleaseKind.Metrics, metrics.Bytes, null, [], cancellationToken)
            : new(Outcome.Deny, gated.Faults);
        IReadOnlyList<Reason> reasons = [.. gated.Faults, .. gated.Metrics is null ? [] : verdict.Reasons];
        var result = new ResultRow
        {
            Job = row.Digest,
            Dataset = row.Dataset,
            Bundle = bundle.Compact,
            Metrics = verdict.Outcome == Outcome.Allow && gated.AllWithheld ? ResultStates.Withheld : verdict.State,
            Model = gated.Model is null ? ResultStates.Refused : ResultStates.Held,
            MetricsFile = gated.Metrics,
            ModelFile = gated.Model,
            Precision = gated.Precision,
            Checks = Json.Of(gated.Checks),
            Reasons = Json.Of(reasons),
            At = now,
        };
        db.Results.Add(result);
        row.EndedAt ??= now;
        if (verdict.Outcome == Outcome.Allow)
        {
            db.Ledger.Add(LedgerRow.Of(row, LedgerRow.Metrics, gated.Metrics!.Bytes, now));
        }
        else if (verdict.Outcome == Outcome.NeedsApproval)
        {
            db.Requests.Add(releases.RequestFor(row, RequestKinds.Metrics, verdict, job.Permit.Value));
        }

        return Decided.As<Outcome<ResultView>>(ResultViews.ViewOf(result), EntryFor(job, bundle, gated, result, verdict, reasons));
    }

    private static Entry EntryFor(
        VerifiedJob job, Statement<ResultBundle> bundle, GatedResult gated, ResultRow result, ReleaseVerdict verdict, IReadOnlyList<Reason> reasons) =>
        new(Acts.JobResult, Actors.Agent(job.Agent.Site))
        {
            Subjects = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["dataset"] = result.Dataset, ["request"] = job.Permit.Value.Id, ["job"] = result.Job, ["site"] = job.Agent.Site,
                ["metrics"] = result.Metrics, ["model"] = result.Model,
            },
            Decision = verdict.Outcome.Wire(),
            Reasons = reasons,
            PolicyRevision = verdict.PolicyRevision,
            Digests = new Dictionary<string, Sha256Digest>(StringComparer.Ordinal)
            {
                ["bundle"] = bundle.Digest, ["sealed_metrics"] = bundle.Value.Metrics.Ciphertext, ["sealed_model"] = bundle.Value.Model.Ciphertext,
            },
            Counts = new Dictionary<string, long>(StringComparer.Ordinal)
            {
                ["metrics_bytes"] = gated.Metrics?.Bytes ?? 0, ["model_bytes"] = gated.Model?.Bytes ?? 0,
            },
        };

    private Task<Outcome<ResultView>> RefuseAsync(Refusal refusal, string broker, VerifiedJob? job, CancellationToken cancellationToken)
    {
        var attempt = job?.Attempt(Acts.JobResult, broker) ?? Attempt.At(Acts.JobResult, Actors.Broker(broker));
        return acts.RefuseAsync<ResultView>(attempt, refusal, cancellationToken);
    }

    private static Task<bool> IsWithdrawnAsync(GatewayDb db, string dataset, CancellationToken cancellationToken) =>
        db.Datasets.AnyAsync(row => row.Name == dataset && row.State == DatasetStates.Withdrawn, cancellationToken);

    private static Refusal.Denied Withdrawn(string dataset) =>
        new($"The result is refused: the dataset '{dataset}' was withdrawn.", [new Reason("withdrawn", 0, "deny", "the dataset was withdrawn")]);

    public void Dispose() => _oneAtATime.Dispose();

    /// <summary>From a statement that was verified when the job was recorded.</summary>
    private static Permit PermitOf(JobRow row) =>
        StatementKinds.Permit.ReadUnverified(StatementKinds.Job.ReadUnverified(row.Statement).Value.Permits[0]).Value;
}
