using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Contracts.Trials;
using Scanlock.Envelope;
using Scanlock.Gateway.Access;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Datasets;
using Scanlock.Gateway.Jobs;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;
using Scanlock.Policy;

namespace Scanlock.Gateway.Keys;

/// <summary>
/// Answers a running job's request for keys (P5): (1) every statement is verified and bound to the others; (2) permit, dataset and job are
/// looked up as they are now; (3) the policy in force now decides on this very job and what was measured; (4) the decision is logged;
/// (5) the job is counted, once, and the headers are re-encrypted for the key that lives in its memory. A renewal goes the same way
/// without headers. Asking again with the same request gives an equivalent answer and counts nothing twice.
/// </summary>
internal sealed class KeyReleases(
    AuditedActs acts, Alterations alterations, JobStatements statements, AccessDecisions facts, PoliciesInForce policies, GatewayKeys keys, IBlobStore blobs, TimeProvider time)
{
    public async Task<Outcome<KeyAnswer>> AnswerAsync(KeyExchange exchange, string broker, CancellationToken cancellationToken)
    {
        var job = statements.VerifyJob(exchange.Job, broker);
        if (job.IsRefused)
        {
            return await RefuseAsync((Refusal.Denied)job.Refusal, broker, null, cancellationToken);
        }

        var request = JobStatements.VerifyOfAgent(StatementKinds.KeyRequest, exchange.Request, job.Value);
        if (request.IsRefused)
        {
            return await RefuseAsync((Refusal.Denied)request.Refusal, broker, job.Value, cancellationToken);
        }

        try
        {
            var decided = await acts.PerformAsync((db, token) => DecideAsync(db, job.Value, request.Value, token), cancellationToken);
            return decided.IsRefused ? decided.Refusal : new KeyAnswer(StatementKinds.KeyRelease.Sign(decided.Value, keys.Statement).Compact);
        }
        catch (BlobAlteredException e)
        {
            await alterations.ReportAsync(e.Part, null, ("dataset", job.Value.Dataset.Dataset), ("request", job.Value.Permit.Value.Id), ("job", job.Value.Job.Digest.ToString()));
            throw;
        }
    }

    private async Task<Decided<Outcome<KeyRelease>>> DecideAsync(
        GatewayDb db, VerifiedJob job, Statement<KeyRequest> request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var known = await db.Jobs.SingleOrDefaultAsync(row => row.Digest == job.Job.Digest.ToString(), cancellationToken);
        var dataset = await db.Datasets.SingleAsync(row => row.Name == job.Dataset.Dataset, cancellationToken);
        var policy = policies.Of(dataset);
        var decision = Decisions.Decide(policy, await FactsAsync(db, job, request.Value, dataset, cancellationToken), now);
        var access = await db.Requests.SingleAsync(row => row.Id == job.Permit.Value.Id, cancellationToken);
        var reader = ReaderOf(request.Value.PublicKey);
        IReadOnlyList<Reason> reasons =
        [
            .. KeyVerdicts.Reasons(job, request, known, now),
            .. PermitHolder.Fault(access, job.Broker.Name) is { } held ? [held] : Array.Empty<Reason>(),
            .. reader.IsRefused ? [new Reason("job", 0, "deny", $"its public key is refused: {reader.Refusal.Message}")] : Array.Empty<Reason>(),
            .. decision.Reasons,
        ];
        var entry = EntryFor(job, request, dataset) with { Reasons = reasons };
        if (decision.Outcome != Outcome.Allow || reasons.Any(reason => reason.Effect == "deny"))
        {
            return Decided.As<Outcome<KeyRelease>>(Refusal.Denied.By($"Keys to '{dataset.Name}' are refused", reasons), entry with { Decision = Outcome.Deny.Wire() });
        }

        var first = request.Value.Sequence == 0;
        var headers = first ? await ReencryptAsync(job, reader.Value!, cancellationToken) : [];
        var lease = Lease(job.Permit.Value, policy, now);
        access.Broker ??= job.Broker.Name;
        Count(db, job, request.Value, known, now, lease);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["sequence"] = request.Value.Sequence, ["headers"] = headers.Count, ["lease_seconds"] = lease,
        };
        return Decided.As<Outcome<KeyRelease>>(
            new KeyRelease(Wire.Version, request.Digest, headers, lease, now),
            entry with { Decision = Outcome.Allow.Wire(), Counts = counts });
    }

    private async Task<KeyFacts> FactsAsync(GatewayDb db, VerifiedJob job, KeyRequest request, DatasetRow dataset, CancellationToken cancellationToken)
    {
        var permit = job.Permit.Value;
        var access = await db.Requests.SingleAsync(row => row.Id == permit.Id, cancellationToken);
        var version = await db.VersionAsync(job.Dataset.Dataset, job.Dataset.Version, cancellationToken);
        var digest = job.Job.Digest.ToString();

        // Policies count from one epoch, so that a job that only evaluates counts as one.
        var demand = new JobDemand(
            job.Spec.Batch, null, Math.Max(1, job.Spec.EpochsInAll), TrialNetworks.Parameters(job.Spec), permit.Bounds.ProgressValues, job.Spec.Start);
        return new(permit, job.Agent.Site, demand, request.Trainer, request.Isolation, version!.Patients)
        {
            OrganisationCountry = facts.CountryOf(permit.Researcher.Organisation),
            SiteCountry = job.Agent.Country,
            OtherJobs = await db.Jobs.CountAsync(row => row.Request == permit.Id && row.CountedAt != null && row.Digest != digest, cancellationToken),
            Revoked = access.State != RequestStates.Allowed || access.PermitDigest != job.Permit.Digest.ToString(),
            Withdrawn = dataset.State == DatasetStates.Withdrawn,
        };
    }

    /// <summary>The shorter of what permit and policy say, and never past the permit's end.</summary>
    private static int Lease(Permit permit, PolicyDocument policy, DateTimeOffset now) => (int)Math.Min(
        Math.Min(permit.LeaseSeconds, policy.Lease.TotalSeconds),
        Math.Max(1, (permit.ExpiresAt - now).TotalSeconds));

    private static void Count(GatewayDb db, VerifiedJob job, KeyRequest request, JobRow? known, DateTimeOffset now, int lease)
    {
        var row = known ?? db.Jobs.Add(JobRow.Of(job)).Entity;
        row.CountedAt ??= now;
        row.PublicKey = request.PublicKey;
        row.Trainer = request.Trainer.ToString();
        row.Runtime = request.Runtime.ToString();
        row.Isolation = request.Isolation;
        row.Sequence = request.Sequence;
        row.LeaseUntil = now.AddSeconds(lease);
    }

    private async Task<List<PartHeader>> ReencryptAsync(VerifiedJob job, PublicKey reader, CancellationToken cancellationToken)
    {
        var headers = new List<PartHeader>();
        foreach (var part in job.Manifest.Value.Parts())
        {
            var stored = await blobs.ReadSmallAsync(BlobNames.Header(job.Dataset.Dataset, part.Id), Header.MaxBytes, cancellationToken)
                ?? throw new BlobAlteredException($"The header of {part.Id} of '{job.Dataset.Dataset}' is gone.") { Part = part.Id };
            var header = Header.Reencrypt(stored, keys.Storage, [reader]);
            headers.Add(new(part.Id, Convert.ToBase64String(header.IsRefused
                ? throw new BlobAlteredException($"The header of {part.Id} of '{job.Dataset.Dataset}' was altered: {header.Refusal.Message}.") { Part = part.Id }
                : header.Value)));
        }

        return headers;
    }

    private static Opening<PublicKey> ReaderOf(string base64)
    {
        Span<byte> bytes = stackalloc byte[64];
        return Convert.TryFromBase64String(base64, bytes, out var length)
            ? PublicKey.FromBytes(bytes[..length])
            : new NotAPublicKey("it is not base64 of 32 bytes");
    }

    private Task<Outcome<KeyAnswer>> RefuseAsync(Refusal.Denied refusal, string broker, VerifiedJob? job, CancellationToken cancellationToken)
    {
        var entry = new Entry(Acts.KeysRelease, Actors.Broker(broker)) { Decision = Outcome.Deny.Wire(), Reasons = refusal.Reasons };
        if (job is not null)
        {
            entry = entry with { Subjects = SubjectsOf(job) };
        }

        return acts.PerformAsync((_, _) => Task.FromResult(Decided.As<Outcome<KeyAnswer>>(refusal, entry)), cancellationToken);
    }

    private static Entry EntryFor(VerifiedJob job, Statement<KeyRequest> request, DatasetRow dataset) =>
        new(request.Value.Sequence == 0 ? Acts.KeysRelease : Acts.KeysRenew, Actors.Agent(job.Agent.Site))
        {
            Subjects = SubjectsOf(job),
            PolicyRevision = dataset.PolicyRevision,
            Digests = new Dictionary<string, Sha256Digest>(StringComparer.Ordinal)
            {
                ["job"] = job.Job.Digest, ["permit"] = job.Permit.Digest, ["key_request"] = request.Digest,
                ["trainer"] = request.Value.Trainer, ["runtime"] = request.Value.Runtime,
            },
        };

    private static Dictionary<string, string> SubjectsOf(VerifiedJob job) => new(StringComparer.Ordinal)
    {
        ["dataset"] = job.Dataset.Dataset, ["version"] = $"{job.Dataset.Version}", ["request"] = job.Permit.Value.Id,
        ["job"] = job.Job.Digest.ToString(), ["site"] = job.Agent.Site, ["broker"] = job.Broker.Name,
    };
}
