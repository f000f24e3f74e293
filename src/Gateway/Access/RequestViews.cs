using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Datasets;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Access;

/// <summary>Who sees which requests: their own, and the datasets' stewards, reviewers and auditors all of theirs.</summary>
internal sealed class RequestViews(IDbContextFactory<GatewayDb> databases, TimeProvider time)
{
    private static readonly string[] s_seeAll = [Roles.Steward, Roles.Reviewer, Roles.Auditor, Roles.Admin];

    public async Task<IReadOnlyList<RequestView>> ListAsync(Person person, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var cared = SeesAll(person)
            ? await db.Datasets.Where(dataset => dataset.Steward == person.Organisation).Select(dataset => dataset.Name).ToListAsync(cancellationToken)
            : [];
        var requests = await db.Requests.AsNoTracking()
            .Where(request => cared.Contains(request.Dataset) || (request.Issuer == person.Issuer && request.Subject == person.Subject))
            .OrderByDescending(request => request.At)
            .ToListAsync(cancellationToken);
        var ids = requests.Select(request => request.Id).ToList();
        var approvals = (await db.Approvals.AsNoTracking().Where(approval => ids.Contains(approval.Request)).ToListAsync(cancellationToken)).ToLookup(approval => approval.Request, StringComparer.Ordinal);
        return [.. requests.Select(request => ViewOf(request, approvals[request.Id]))];
    }

    public async Task<Outcome<RequestView>> ShowAsync(string id, Person person, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var found = await FindAsync(db, id, person, cancellationToken);
        return found.IsRefused ? found.Refusal : await ViewAsync(db, found.Value, cancellationToken);
    }

    /// <summary>The request, unless it is none of this person's business: then it is as if there were none.</summary>
    public static async Task<Outcome<RequestRow>> FindAsync(GatewayDb db, string id, Person person, CancellationToken cancellationToken)
    {
        var request = await db.Requests.SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
        var sees = request is not null && (request.Is(person) || (SeesAll(person)
            && await db.Datasets.AnyAsync(dataset => dataset.Name == request.Dataset && dataset.Steward == person.Organisation, cancellationToken)));
        return sees ? request! : new Refusal.Unknown($"There is no request '{DatasetLookup.Shown(id)}' that you may see.");
    }

    public async Task<RequestView> ViewAsync(GatewayDb db, RequestRow request, CancellationToken cancellationToken)
    {
        await db.Approvals.Where(approval => approval.Request == request.Id).LoadAsync(cancellationToken);
        return ViewOf(request, db.Approvals.Local.Where(approval => approval.Request == request.Id));
    }

    public RequestView ViewOf(RequestRow request, IEnumerable<ApprovalRow> approvals) => new(
        request.Id,
        request.Kind,
        request.Dataset,
        StateOf(request, time.GetUtcNow()),
        request.Requester(),
        request.Project,
        request.Access is null ? null : Json.Access(request.Access),
        request.Job,
        request.ApprovalsNeeded,
        [.. approvals.OrderBy(approval => approval.At).Select(approval => new ApprovalView($"{approval.Issuer}#{approval.Subject}", approval.Decision, approval.Comment, approval.At))],
        Json.Reasons(request.Reasons),
        request.At);

    /// <summary>An allowed request whose permit has run out is expired, though nothing was written when it did.</summary>
    public static string StateOf(RequestRow request, DateTimeOffset now) =>
        request.State == RequestStates.Allowed && request.ExpiresAt <= now ? RequestStates.Expired : request.State;

    private static bool SeesAll(Person person) => person.Roles.Intersect(s_seeAll, StringComparer.Ordinal).Any();
}
