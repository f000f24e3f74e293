using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Datasets;
using Scanlock.Gateway.Storage;
using Scanlock.Policy;

namespace Scanlock.Gateway.Access;

/// <summary>
/// Takes a researcher's request and decides it at once: denied with every reason, waiting for approvals, or allowed with a permit.
/// Sending the same request twice makes one.
/// </summary>
internal sealed class AccessRequests(AuditedActs acts, AccessDecisions decisions, Permits permits, RequestViews views, TimeProvider time)
{
    private const int LongestText = 256;
    private const int MostItems = 100;

    public async Task<Outcome<RequestView>> RequestAsync(AccessRequest asked, Person requester, CancellationToken cancellationToken)
    {
        var attempt = Attempt.At(Acts.AccessRequest, Actors.Of(requester), ("dataset", asked.Dataset), ("request", asked.Id));
        var faults = FaultsOf(asked).ToList();
        return faults.Count > 0
            ? await acts.RefuseAsync<RequestView>(attempt, new Refusal.Invalid("The request is refused.", faults), cancellationToken)
            : await acts.PerformAsync(attempt, (db, token) => DecideAsync(db, asked, requester, token), cancellationToken);
    }

    private async Task<Decided<Outcome<RequestView>>> DecideAsync(
        GatewayDb db, AccessRequest asked, Person requester, CancellationToken cancellationToken)
    {
        if (await db.Requests.SingleOrDefaultAsync(row => row.Id == asked.Id, cancellationToken) is { } earlier)
        {
            return await RepeatedAsync(db, earlier, asked, requester, cancellationToken);
        }

        var found = await db.FindAsync(asked.Dataset, cancellationToken);
        if (found.IsRefused)
        {
            return Decided.Nothing<Outcome<RequestView>>(found.Refusal);
        }

        var dataset = found.Value;
        var version = asked.Version is { } number
            ? await db.VersionAsync(dataset.Name, number, cancellationToken)
            : await db.LatestVersionAsync(dataset.Name, cancellationToken);
        if (version is null && asked.Version is not null)
        {
            return Decided.Nothing<Outcome<RequestView>>(new Refusal.Unknown($"The dataset '{dataset.Name}' has no version {asked.Version}."));
        }

        var verdict = decisions.Decide(dataset, version, asked, requester, []);
        var request = RowOf(asked, requester, dataset, version, verdict);
        db.Requests.Add(request);
        var permit = verdict.Outcome == Outcome.Allow ? permits.Issue(request, version!, verdict.Policy, []) : null;
        var entry = new Entry(Acts.AccessRequest, Actors.Of(requester))
        {
            Subjects = AccessDecisions.SubjectsOf(request, asked),
            Decision = verdict.Outcome.Wire(),
            Reasons = verdict.Reasons,
            PolicyRevision = dataset.PolicyRevision,
            Digests = AccessDecisions.DigestsOf(asked, version, permit?.Digest),
        };
        return Decided.As(verdict.Outcome == Outcome.Deny ? Denied(request) : views.ViewOf(request, []), entry);
    }

    private async Task<Decided<Outcome<RequestView>>> RepeatedAsync(
        GatewayDb db, RequestRow earlier, AccessRequest asked, Person requester, CancellationToken cancellationToken)
    {
        if (!earlier.Is(requester) || earlier.Access != Json.Of(asked))
        {
            return Decided.Nothing<Outcome<RequestView>>(
                new Refusal.Conflict($"The id {earlier.Id} names another request already; choose a new one."));
        }

        return Decided.Repeated<Outcome<RequestView>>(
            earlier.State == RequestStates.Denied ? Denied(earlier) : await views.ViewAsync(db, earlier, cancellationToken));
    }

    private static Outcome<RequestView> Denied(RequestRow request) => Refusal.Denied.By(
        $"Access to '{request.Dataset}' is refused", Json.Reasons(request.Reasons));

    private RequestRow RowOf(AccessRequest asked, Person requester, DatasetRow dataset, VersionRow? version, AccessVerdict verdict) => new()
    {
        Id = asked.Id,
        Kind = RequestKinds.Access,
        Dataset = dataset.Name,
        State = verdict.State,
        Issuer = requester.Issuer,
        Subject = requester.Subject,
        Organisation = requester.Organisation,
        Roles = requester.JoinRoles(),
        Project = asked.Project,
        Access = Json.Of(asked),
        Version = version?.Version ?? 0,
        ApprovalsNeeded = verdict.ApprovalsNeeded,
        Reasons = Json.Of(verdict.Reasons),
        At = time.GetUtcNow(),
    };

    private static IEnumerable<string> FaultsOf(AccessRequest asked)
    {
        if (!Guid.TryParseExact(asked.Id, "D", out _))
        {
            yield return "id: must be a UUID, such as 3f2504e0-4f89-41d3-9a0c-0305e82c3301";
        }

        if (asked.Project.Length is 0 or > LongestText || asked.Project.Any(char.IsControl))
        {
            yield return $"project: must have 1 to {LongestText} characters on one line";
        }

        if (new[] { asked.Site, asked.Purpose.Permission, asked.Purpose.Disease, asked.Purpose.Ethics }.Concat(asked.Purpose.Conditions)
            .Any(text => text is not null && (text.Length > LongestText || text.Any(char.IsControl))))
        {
            yield return $"site, purpose: each text has at most {LongestText} characters, on one line";
        }

        if (asked.Purpose.Conditions.Count > MostItems || asked.Bounds.InitialWeights.Count > MostItems)
        {
            yield return $"purpose.conditions, bounds.initial_weights: at most {MostItems} of each";
        }
    }
}
