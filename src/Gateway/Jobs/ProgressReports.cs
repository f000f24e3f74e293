using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Contracts.Trials;
using Scanlock.Gateway.Access;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Results;
using Scanlock.Gateway.Storage;
using Scanlock.Policy;

namespace Scanlock.Gateway.Jobs;

/// <summary>
/// Takes what running jobs report: declared numbers, counted against the permit's bound and in the dataset's ledger, and at the end a
/// failure code of the closed list (P6). What was taken before is skipped, so sending it twice counts once.
/// </summary>
internal sealed class ProgressReports(AuditedActs acts, JobStatements statements, TimeProvider time)
{
    private const int MostStatements = 1000;

    public async Task<Outcome<Done>> TakeAsync(ProgressReport report, string broker, CancellationToken cancellationToken)
    {
        var attempt = Attempt.At(Acts.JobProgress, Actors.Broker(broker));
        if (report.Progress.Count is 0 or > MostStatements)
        {
            return await acts.RefuseAsync<Done>(attempt, new Refusal.Invalid($"A report has 1 to {MostStatements} statements."), cancellationToken);
        }

        var job = statements.VerifyJob(report.Job, broker);
        if (job.IsRefused)
        {
            return await acts.RefuseAsync<Done>(attempt, job.Refusal, cancellationToken);
        }

        attempt = job.Value.Attempt(Acts.JobProgress, broker);

        var progress = new List<Progress>();
        foreach (var compact in report.Progress)
        {
            var statement = JobStatements.VerifyOfAgent(StatementKinds.Progress, compact, job.Value);
            if (statement.IsRefused)
            {
                return await acts.RefuseAsync<Done>(attempt, statement.Refusal, cancellationToken);
            }

            progress.Add(statement.Value.Value);
        }

        return await acts.PerformAsync(attempt, (db, token) => RecordAsync(db, job.Value, progress, token), cancellationToken);
    }

    private async Task<Decided<Outcome<Done>>> RecordAsync(GatewayDb db, VerifiedJob job, List<Progress> progress, CancellationToken cancellationToken)
    {
        var row = await db.Jobs.SingleOrDefaultAsync(known => known.Digest == job.Job.Digest.ToString(), cancellationToken);
        var fresh = progress.Where(statement => statement.Sequence > (row?.ProgressSequence ?? 0)).OrderBy(statement => statement.Sequence).ToList();
        if (fresh.Count == 0)
        {
            return Decided.Nothing<Outcome<Done>>(new Done());
        }

        var values = fresh.Sum(statement => statement.Values.Count);
        var access = await db.Requests.SingleAsync(request => request.Id == job.Permit.Value.Id, cancellationToken);
        IReadOnlyList<Reason> faults = [.. PermitHolder.Fault(access, job.Broker.Name) is { } held ? [held] : Array.Empty<Reason>(), .. FaultsOf(job, row, fresh, values)];
        var entry = EntryFor(job, fresh, values);
        if (faults.Count > 0)
        {
            return Decided.As<Outcome<Done>>(
                new Refusal.Denied($"The progress is refused: {string.Join("; ", faults.Select(fault => fault.Sentence))}.", faults),
                entry with { Decision = Policy.Outcome.Deny.Wire(), Reasons = faults });
        }

        access.Broker ??= job.Broker.Name;
        row ??= db.Jobs.Add(JobRow.Of(job)).Entity;
        row.ProgressSequence = fresh[^1].Sequence;
        row.ProgressValues += values;
        if (fresh[^1].Failure is { } failure)
        {
            row.Failure = failure;
            row.EndedAt = time.GetUtcNow();
        }

        if (values > 0)
        {
            db.Ledger.Add(LedgerRow.Of(row, LedgerRow.Progress, values, time.GetUtcNow()));
        }

        return Decided.As<Outcome<Done>>(new Done(), entry);
    }

    private static IEnumerable<Reason> FaultsOf(VerifiedJob job, JobRow? row, List<Progress> fresh, int values)
    {
        if (fresh.Any(statement => statement.Job != job.Job.Digest))
        {
            yield return Deny("job", "a statement is of another job");
        }

        if (fresh.Any(statement => statement.Values.Any(value => !ProgressNames.All.Contains(value.Key, StringComparer.Ordinal) || !double.IsFinite(value.Value))))
        {
            yield return Deny("progress", $"a number is none of those declared: {string.Join(", ", ProgressNames.All)}");
        }

        if (values > 0 && row?.CountedAt is null)
        {
            yield return Deny("progress", "the job has no keys, so it can have nothing to report but why it failed");
        }

        var most = job.Permit.Value.Bounds.ProgressValues;
        if ((row?.ProgressValues ?? 0) + values > most)
        {
            yield return Deny("progress", $"the permit lets a job report {most} numbers");
        }

        if (fresh.Any(statement => statement.Failure is { } failure && !JobFailures.All.Contains(failure, StringComparer.Ordinal))
            || fresh.SkipLast(1).Any(statement => statement.Failure is not null))
        {
            yield return Deny("progress", "a failure is none of the closed list, or is not the last word");
        }
    }

    private static Reason Deny(string rule, string sentence) => new(rule, 0, "deny", sentence);

    private static Entry EntryFor(VerifiedJob job, List<Progress> fresh, int values)
    {
        var subjects = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["dataset"] = job.Dataset.Dataset, ["request"] = job.Permit.Value.Id, ["job"] = job.Job.Digest.ToString(), ["site"] = job.Agent.Site,
        };
        if (fresh[^1].Failure is { } failure && JobFailures.All.Contains(failure, StringComparer.Ordinal))
        {
            subjects["failure"] = failure;
        }

        return new(Acts.JobProgress, Actors.Agent(job.Agent.Site))
        {
            Subjects = subjects,
            Counts = new Dictionary<string, long>(StringComparer.Ordinal) { ["statements"] = fresh.Count, ["values"] = values, ["sequence"] = fresh[^1].Sequence },
        };
    }
}
