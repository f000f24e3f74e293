using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Gateway.Access;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Jobs;

/// <summary>Takes a site's statement of what it deleted (P10) on record. Sending it twice is one.</summary>
internal sealed class Receipts(AuditedActs acts, JobStatements statements, TimeProvider time)
{
    public async Task<Outcome<Done>> TakeAsync(ReceiptSubmission submission, string broker, CancellationToken cancellationToken)
    {
        var job = statements.VerifyJob(submission.Job, broker);
        if (job.IsRefused)
        {
            return await acts.RefuseAsync<Done>(Attempt.At(Acts.JobReceipt, Actors.Broker(broker)), job.Refusal, cancellationToken);
        }

        var attempt = job.Value.Attempt(Acts.JobReceipt, broker);
        var receipt = JobStatements.VerifyOfAgent(StatementKinds.PurgeReceipt, submission.Receipt, job.Value);
        if (receipt.IsRefused)
        {
            return await acts.RefuseAsync<Done>(attempt, receipt.Refusal, cancellationToken);
        }

        if (receipt.Value.Value.Job == job.Value.Job.Digest && receipt.Value.Value.Site == job.Value.Agent.Site)
        {
            return await acts.PerformAsync(attempt, (db, token) => RecordAsync(db, job.Value, receipt.Value, token), cancellationToken);
        }

        const string Fault = "the receipt is of another job";
        return await acts.RefuseAsync<Done>(attempt, new Refusal.Denied($"The receipt is refused: {Fault}.", [new Reason("job", 0, "deny", Fault)]), cancellationToken);
    }

    private async Task<Decided<Outcome<Done>>> RecordAsync(
        GatewayDb db, VerifiedJob job, Statement<PurgeReceipt> receipt, CancellationToken cancellationToken)
    {
        var row = await db.Jobs.SingleOrDefaultAsync(known => known.Digest == job.Job.Digest.ToString(), cancellationToken);
        if (row?.Receipt == receipt.Digest.ToString())
        {
            return Decided.Nothing<Outcome<Done>>(new Done());
        }

        var access = await db.Requests.SingleAsync(request => request.Id == job.Permit.Value.Id, cancellationToken);
        if (PermitHolder.Fault(access, job.Broker.Name) is { } held)
        {
            return Decided.Nothing<Outcome<Done>>(new Refusal.Denied($"The receipt is refused: {held.Sentence}.", [held]));
        }

        access.Broker ??= job.Broker.Name;
        row ??= db.Jobs.Add(JobRow.Of(job)).Entity;
        row.Receipt = receipt.Digest.ToString();
        row.EndedAt ??= time.GetUtcNow();
        return Decided.As<Outcome<Done>>(new Done(), new Entry(Acts.JobReceipt, Actors.Agent(job.Agent.Site))
        {
            Subjects = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["dataset"] = job.Dataset.Dataset, ["request"] = job.Permit.Value.Id, ["job"] = row.Digest, ["site"] = job.Agent.Site,
            },
            Digests = new Dictionary<string, Sha256Digest>(StringComparer.Ordinal) { ["receipt"] = receipt.Digest },
            Counts = new Dictionary<string, long>(StringComparer.Ordinal)
            {
                ["deleted"] = receipt.Value.Deleted.Count, ["kept"] = receipt.Value.Kept.Count,
            },
        });
    }
}
