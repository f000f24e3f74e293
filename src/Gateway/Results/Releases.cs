using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Signing;
using Scanlock.Gateway.Access;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Datasets;
using Scanlock.Gateway.Jobs;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;
using Scanlock.Policy;

namespace Scanlock.Gateway.Results;

/// <summary>A decision on a release.</summary>
internal sealed record ReleaseVerdict(Outcome Outcome, IReadOnlyList<Reason> Reasons, string? PolicyRevision = null, int ReviewsNeeded = 0)
{
    /// <summary>How that half of the result stands by it.</summary>
    public string State => Outcome switch
    {
        Outcome.Allow => ResultStates.Released,
        Outcome.NeedsApproval => ResultStates.Review,
        Outcome.Deny => ResultStates.Refused,
        _ => throw new InvalidOperationException("No such outcome."),
    };
}

/// <summary>
/// Lets results out (P6): the policy in force decides again at that moment; where it wants reviewers they decide on a request, never the
/// requester; every exit is counted in the dataset's ledger in the same transaction that makes it visible.
/// </summary>
internal sealed class Releases(AuditedActs acts, AccessDecisions facts, PoliciesInForce policies, GatewayKeys keys, RequestViews views, TimeProvider time)
{
    /// <summary>The permit's researcher asks for the model of a job. Asking again answers the same request.</summary>
    public Task<Outcome<RequestView>> RequestAsync(string job, Person person, CancellationToken cancellationToken) =>
        acts.PerformAsync(
            Attempt.At(Acts.ResultRequest, Actors.Of(person), ("job", job)), (db, token) => DecideRequestAsync(db, job, person, token), cancellationToken);

    /// <summary>What the policy in force says of releasing this half of a job's result now.</summary>
    public async Task<ReleaseVerdict> DecideAsync(
        GatewayDb db, JobRow job, ReleaseKind kind, long bytes, string? precision, IReadOnlyList<ApprovalRow> reviews, CancellationToken cancellationToken)
    {
        var dataset = await db.Datasets.SingleAsync(row => row.Name == job.Dataset, cancellationToken);
        var access = await db.Requests.SingleAsync(row => row.Id == job.Request, cancellationToken);
        var permit = StatementKinds.Permit.Verify(access.Permit!, keys.Statement.Public).Value;
        var policy = policies.Of(dataset);
        var decision = Decisions.Decide(
            policy,
            new ReleaseFacts(permit, kind, job.Site, Sha256Digest.Parse(job.Trainer!), bytes, precision)
            {
                OrganisationCountry = facts.CountryOf(permit.Researcher.Organisation),
                SiteCountry = facts.CountryOfSite(job.Site),
                Revoked = access.State != RequestStates.Allowed,
                Withdrawn = dataset.State == DatasetStates.Withdrawn,
                Agreed = AccessDecisions.Deciders(reviews, Decision.Approve),
                Refused = AccessDecisions.Deciders(reviews, Decision.Deny),
            },
            time.GetUtcNow());
        var needed = kind == ReleaseKind.Model ? Math.Max(policy.Egress.ModelReviews, permit.Egress.ModelReviews) : 1;
        return new(decision.Outcome, decision.Reasons, dataset.PolicyRevision, decision.Outcome == Outcome.NeedsApproval ? needed : 0);
    }

    /// <summary>A request for reviewers to decide on, in the name of the permit's researcher.</summary>
    public RequestRow RequestFor(JobRow job, string kind, ReleaseVerdict verdict, Permit permit) => new()
    {
        Id = Guid.NewGuid().ToString(),
        Kind = kind,
        Dataset = job.Dataset,
        State = verdict.Outcome switch
        {
            Outcome.Allow => RequestStates.Allowed,
            Outcome.NeedsApproval => RequestStates.Pending,
            Outcome.Deny => RequestStates.Denied,
            _ => throw new InvalidOperationException("No such outcome."),
        },
        Issuer = permit.Researcher.Issuer,
        Subject = permit.Researcher.Subject,
        Organisation = permit.Researcher.Organisation,
        Roles = permit.Researcher.JoinRoles(),
        Project = permit.Project,
        Job = job.Digest,
        Version = permit.Datasets[0].Version,
        ApprovalsNeeded = verdict.ReviewsNeeded,
        Reasons = Json.Of(verdict.Reasons),
        At = time.GetUtcNow(),
    };

    /// <summary>A reviewer has agreed: the policy decides again, and with enough of them the half leaves.</summary>
    public async Task<Outcome<List<Entry>>> ApproveAsync(
        GatewayDb db, RequestRow request, DatasetRow dataset, IReadOnlyList<ApprovalRow> reviews, Entry entry, CancellationToken cancellationToken)
    {
        var job = await db.Jobs.SingleAsync(row => row.Digest == request.Job, cancellationToken);
        var result = await db.Results.SingleAsync(row => row.Job == request.Job, cancellationToken);
        var kind = KindOf(request);
        var file = FileOf(result, kind);
        var verdict = await DecideAsync(db, job, kind, file.Bytes, result.Precision, reviews, cancellationToken);
        request.State = verdict.Outcome switch
        {
            Outcome.Allow => RequestStates.Allowed,
            Outcome.NeedsApproval => RequestStates.Pending,
            Outcome.Deny => RequestStates.Denied,
            _ => throw new InvalidOperationException("No such outcome."),
        };
        request.Reasons = Json.Of(verdict.Reasons);
        Apply(db, job, result, kind, verdict);
        return new List<Entry>
        {
            entry with { Decision = verdict.Outcome.Wire(), Reasons = verdict.Reasons, PolicyRevision = dataset.PolicyRevision, Counts = ExitCounts(kind, file, verdict) },
        };
    }

    /// <summary>A reviewer has refused.</summary>
    public static async Task RefuseAsync(GatewayDb db, RequestRow request, IReadOnlyList<Reason> reasons, CancellationToken cancellationToken)
    {
        var result = await db.Results.SingleAsync(row => row.Job == request.Job, cancellationToken);
        Set(result, KindOf(request), ResultStates.Refused, reasons);
    }

    private async Task<Decided<Outcome<RequestView>>> DecideRequestAsync(GatewayDb db, string digest, Person person, CancellationToken cancellationToken)
    {
        var job = await db.Jobs.SingleOrDefaultAsync(row => row.Digest == digest, cancellationToken);
        var result = await db.Results.SingleOrDefaultAsync(row => row.Job == digest, cancellationToken);
        var access = job is null ? null : await db.Requests.SingleAsync(row => row.Id == job.Request, cancellationToken);
        if (result is null || access is null || !access.Is(person))
        {
            return Decided.Nothing<Outcome<RequestView>>(new Refusal.Unknown($"You have no result of a job '{DatasetLookup.Shown(digest)}' here."));
        }

        var earlier = await db.Requests.SingleOrDefaultAsync(row => row.Job == digest && row.Kind == RequestKinds.Release, cancellationToken);
        if (earlier is not null)
        {
            return Decided.Nothing<Outcome<RequestView>>(await views.ViewAsync(db, earlier, cancellationToken));
        }

        if (result.ModelFile is null)
        {
            return Decided.Nothing<Outcome<RequestView>>(new Refusal.Denied("The gate refused the model of this job.", Json.Reasons(result.Reasons)));
        }

        var verdict = await DecideAsync(db, job!, ReleaseKind.Model, result.ModelFile.Bytes, result.Precision, [], cancellationToken);
        var permit = StatementKinds.Permit.Verify(access.Permit!, keys.Statement.Public).Value;
        var entry = EntryFor(job!, person, verdict) with { Counts = ExitCounts(ReleaseKind.Model, result.ModelFile, verdict) };
        if (verdict.Outcome == Outcome.Deny)
        {
            // Not recorded as a request: what stands against it may pass, and the next asking is decided anew.
            return Decided.As<Outcome<RequestView>>(Refusal.Denied.By("The model is refused", verdict.Reasons), entry);
        }

        var request = RequestFor(job!, RequestKinds.Release, verdict, permit);
        db.Requests.Add(request);
        Apply(db, job!, result, ReleaseKind.Model, verdict);
        return Decided.As<Outcome<RequestView>>(views.ViewOf(request, []), entry);
    }

    private void Apply(GatewayDb db, JobRow job, ResultRow result, ReleaseKind kind, ReleaseVerdict verdict)
    {
        Set(result, kind, verdict.State, verdict.Reasons);
        if (verdict.Outcome == Outcome.Allow)
        {
            db.Ledger.Add(LedgerRow.Of(job, kind == ReleaseKind.Model ? LedgerRow.Model : LedgerRow.Metrics, FileOf(result, kind).Bytes, time.GetUtcNow()));
        }
    }

    private static void Set(ResultRow result, ReleaseKind kind, string state, IReadOnlyList<Reason> reasons)
    {
        if (kind == ReleaseKind.Model)
        {
            result.Model = state;
        }
        else
        {
            result.Metrics = state;
        }

        result.Reasons = Json.Of(reasons);
    }

    private static ReleaseKind KindOf(RequestRow request) => request.Kind == RequestKinds.Release ? ReleaseKind.Model : ReleaseKind.Metrics;

    private static GatedFile FileOf(ResultRow result, ReleaseKind kind) => (kind == ReleaseKind.Model ? result.ModelFile : result.MetricsFile)
        ?? throw new InvalidOperationException("A half that the gate refused is never up for release.");

    private static Dictionary<string, long> ExitCounts(ReleaseKind kind, GatedFile file, ReleaseVerdict verdict) => new(StringComparer.Ordinal)
    {
        [$"{(kind == ReleaseKind.Model ? ResultParts.Model : ResultParts.Metrics)}_bytes"] = verdict.Outcome == Outcome.Allow ? file.Bytes : 0,
    };

    private static Entry EntryFor(JobRow job, Person person, ReleaseVerdict verdict) => new(Acts.ResultRequest, Actors.Of(person))
    {
        Subjects = new Dictionary<string, string>(StringComparer.Ordinal) { ["dataset"] = job.Dataset, ["request"] = job.Request, ["job"] = job.Digest },
        Decision = verdict.Outcome.Wire(),
        Reasons = verdict.Reasons,
        PolicyRevision = verdict.PolicyRevision,
    };
}
