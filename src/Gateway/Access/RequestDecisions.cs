using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Datasets;
using Scanlock.Gateway.Results;
using Scanlock.Gateway.Storage;
using Scanlock.Policy;

namespace Scanlock.Gateway.Access;

/// <summary>
/// What people decide on requests. Whoever approves is of the dataset's organisation, in the role the policy names, has not decided before
/// and is not the requester; every decision bears a comment. After an approval the policy decides again, on everything as it is now.
/// </summary>
internal sealed class RequestDecisions(
    AuditedActs acts, AccessDecisions decisions, Permits permits, Releases releases, RequestViews views, PoliciesInForce policies, TimeProvider time)
{
    private const int LongestComment = 1000;

    public Task<Outcome<RequestView>> ApproveAsync(string id, DecideRequest body, Person person, CancellationToken cancellationToken) =>
        PerformAsync(Acts.AccessApprove, id, body, person, ApproveAsync, cancellationToken);

    public Task<Outcome<RequestView>> DenyAsync(string id, DecideRequest body, Person person, CancellationToken cancellationToken) =>
        PerformAsync(Acts.AccessDeny, id, body, person, DenyAsync, cancellationToken);

    public Task<Outcome<RequestView>> RevokeAsync(string id, DecideRequest body, Person person, CancellationToken cancellationToken) =>
        PerformAsync(Acts.AccessRevoke, id, body, person, RevokeAsync, cancellationToken);

    /// <summary>A person's decision on a request, found and fit to be decided on.</summary>
    private sealed record Case(RequestRow Request, DatasetRow Dataset, Person Person, string Comment);

    private delegate Task<Outcome<List<Entry>>> Act(GatewayDb db, Case decided, CancellationToken cancellationToken);

    private async Task<Outcome<RequestView>> PerformAsync(
        string name, string id, DecideRequest body, Person person, Act act, CancellationToken cancellationToken)
    {
        var attempt = Attempt.At(name, Actors.Of(person), ("request", id));
        if (string.IsNullOrWhiteSpace(body.Comment) || body.Comment.Length > LongestComment)
        {
            return await acts.RefuseAsync<RequestView>(
                attempt, new Refusal.Invalid("The decision is refused.", $"comment: say why, in 1 to {LongestComment} characters; it goes on record"), cancellationToken);
        }

        return await acts.PerformAsync<RequestView>(
            attempt,
            async (db, token) =>
            {
                var found = await RequestViews.FindAsync(db, id, person, token);
                if (found.IsRefused)
                {
                    return Decided.Nothing<Outcome<RequestView>>(found.Refusal);
                }

                var dataset = await db.Datasets.SingleAsync(row => row.Name == found.Value.Dataset, token);
                var entries = await act(db, new(found.Value, dataset, person, body.Comment), token);
                return entries.IsRefused
                    ? (attempt with { Act = ActOn(found.Value, name) }).OnRecord(Decided.Nothing<Outcome<RequestView>>(entries.Refusal))
                    : new(await views.ViewAsync(db, found.Value, token), entries.Value);
            },
            cancellationToken);
    }

    private async Task<Outcome<List<Entry>>> ApproveAsync(GatewayDb db, Case decided, CancellationToken cancellationToken)
    {
        if (await MayDecideAsync(db, decided, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var approvals = await RecordAsync(db, decided, Decision.Approve, cancellationToken);
        return decided.Request.Kind == RequestKinds.Access
            ? await ApproveAccessAsync(db, decided, approvals, cancellationToken)
            : await releases.ApproveAsync(db, decided.Request, decided.Dataset, approvals, EntryFor(Acts.ResultApprove, decided), cancellationToken);
    }

    private async Task<Outcome<List<Entry>>> ApproveAccessAsync(
        GatewayDb db, Case decided, IReadOnlyList<ApprovalRow> approvals, CancellationToken cancellationToken)
    {
        var request = decided.Request;
        var asked = Json.Access(request.Access!);
        var version = await db.VersionAsync(request.Dataset, request.Version, cancellationToken);
        var verdict = decisions.Decide(decided.Dataset, version, asked, request.Requester(), approvals);
        request.State = verdict.State;
        request.Reasons = Json.Of(verdict.Reasons);
        request.ApprovalsNeeded = verdict.ApprovalsNeeded;
        var permit = verdict.Outcome == Outcome.Allow ? permits.Issue(request, version!, verdict.Policy, approvals) : null;
        return new List<Entry>
        {
            EntryFor(Acts.AccessApprove, decided) with
            {
                Subjects = AccessDecisions.SubjectsOf(request, asked),
                Decision = verdict.Outcome.Wire(),
                Reasons = verdict.Reasons,
                Digests = AccessDecisions.DigestsOf(asked, version, permit?.Digest),
            },
        };
    }

    private async Task<Outcome<List<Entry>>> DenyAsync(GatewayDb db, Case decided, CancellationToken cancellationToken)
    {
        if (await MayDecideAsync(db, decided, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        await RecordAsync(db, decided, Decision.Deny, cancellationToken);
        var reason = new Reason("approvals", 0, "deny", $"refused by {decided.Person.Subject} of {decided.Person.Organisation}");
        decided.Request.State = RequestStates.Denied;
        decided.Request.Reasons = Json.Of([reason]);
        if (decided.Request.Kind == RequestKinds.Access)
        {
            return new List<Entry> { EntryFor(Acts.AccessDeny, decided) with { Decision = Outcome.Deny.Wire(), Reasons = [reason] } };
        }

        await Releases.RefuseAsync(db, decided.Request, [reason], cancellationToken);
        return new List<Entry> { EntryFor(Acts.ResultDeny, decided) with { Decision = Outcome.Deny.Wire(), Reasons = [reason] } };
    }

    /// <summary>The steward's or a reviewer's, at any time; it needs nobody's agreement.</summary>
    private Task<Outcome<List<Entry>>> RevokeAsync(GatewayDb db, Case decided, CancellationToken cancellationToken)
    {
        var request = decided.Request;
        var state = RequestViews.StateOf(request, time.GetUtcNow());
        if (OfAnotherOrganisation(decided) is { } stranger)
        {
            return Task.FromResult<Outcome<List<Entry>>>(stranger);
        }

        if (request.Kind != RequestKinds.Access || state is not (RequestStates.Allowed or RequestStates.Pending))
        {
            return Task.FromResult<Outcome<List<Entry>>>(new Refusal.Conflict(
                $"Request {request.Id} is {state} and of kind '{request.Kind}'; access that is allowed or pending can be revoked."));
        }

        Revocation.Apply(request);
        return Task.FromResult<Outcome<List<Entry>>>(new List<Entry> { EntryFor(Acts.AccessRevoke, decided) });
    }

    private async Task<Refusal?> MayDecideAsync(GatewayDb db, Case decided, CancellationToken cancellationToken)
    {
        var (request, person) = (decided.Request, decided.Person);
        if (request.State != RequestStates.Pending)
        {
            return new Refusal.Conflict($"Request {request.Id} is {RequestViews.StateOf(request, time.GetUtcNow())}; only a pending one can be decided.");
        }

        if (request.Is(person))
        {
            return Forbidden("the requester never decides on their own request");
        }

        if (OfAnotherOrganisation(decided) is { } stranger)
        {
            return stranger;
        }

        var role = request.Kind == RequestKinds.Access ? policies.Of(decided.Dataset).Approvals.Role : Roles.Reviewer;
        if (!person.Roles.Contains(role, StringComparer.Ordinal))
        {
            return Forbidden($"the policy has requests decided by somebody in the role {role}");
        }

        var before = await db.Approvals.AnyAsync(
            approval => approval.Request == request.Id && approval.Issuer == person.Issuer && approval.Subject == person.Subject, cancellationToken);
        return before ? new Refusal.Conflict($"You have decided on request {request.Id} already; each person decides once.") : null;
    }

    private static Refusal.Denied? OfAnotherOrganisation(Case decided) => decided.Person.Organisation == decided.Dataset.Steward
        ? null
        : Forbidden($"the dataset is in the care of '{decided.Dataset.Steward}', and you are of '{decided.Person.Organisation}'");

    private static Refusal.Denied Forbidden(string sentence) =>
        new($"Not yours to decide: {sentence}.", [new Reason("approvals", 0, "deny", sentence)]);

    private async Task<IReadOnlyList<ApprovalRow>> RecordAsync(GatewayDb db, Case decided, string decision, CancellationToken cancellationToken)
    {
        var earlier = await db.Approvals.Where(approval => approval.Request == decided.Request.Id).ToListAsync(cancellationToken);
        var approval = new ApprovalRow
        {
            Request = decided.Request.Id,
            Issuer = decided.Person.Issuer,
            Subject = decided.Person.Subject,
            Organisation = decided.Person.Organisation,
            Roles = decided.Person.JoinRoles(),
            Decision = decision,
            Comment = decided.Comment,
            At = time.GetUtcNow(),
        };
        db.Approvals.Add(approval);
        return [.. earlier, approval];
    }

    /// <summary>How the log calls it: a result's release is no access.</summary>
    private static string ActOn(RequestRow request, string act) => (request.Kind, act) switch
    {
        (not RequestKinds.Access, Acts.AccessApprove) => Acts.ResultApprove,
        (not RequestKinds.Access, Acts.AccessDeny) => Acts.ResultDeny,
        _ => act,
    };

    private static Entry EntryFor(string act, Case decided)
    {
        var subjects = new Dictionary<string, string>(StringComparer.Ordinal) { ["dataset"] = decided.Request.Dataset, ["request"] = decided.Request.Id };
        if (decided.Request.Job is { } job)
        {
            subjects["job"] = job;
        }

        return new(act, Actors.Of(decided.Person))
        {
            Subjects = subjects,
            PolicyRevision = decided.Dataset.PolicyRevision,
            Comment = decided.Comment,
        };
    }
}
