using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Web.Auditing;
using Scanlock.Web.Identity;

namespace Scanlock.Gateway.Access;

/// <summary>Requests, and what people decide on them.</summary>
internal static class AccessEndpoints
{
    public static void MapAccess(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(GatewayRoutes.Requests, RequestAsync).RequireDelegable(Persons.RequestScope, Roles.Researcher).Audited(Acts.AccessRequest);
        routes.MapGet(GatewayRoutes.Requests, ListAsync).RequireDelegable(Persons.ReadScope).NotAudited("Reads requests, one's own or one's datasets'.");
        routes.MapGet(GatewayRoutes.Request, ShowAsync).RequireDelegable(Persons.ReadScope).NotAudited("Reads a request, one's own or one's datasets'.");
        routes.MapPost(GatewayRoutes.Approve, ApproveAsync).RequireRoles(Roles.Reviewer, Roles.Steward, Roles.Admin).Audited(Acts.AccessApprove);
        routes.MapPost(GatewayRoutes.Deny, DenyAsync).RequireRoles(Roles.Reviewer, Roles.Steward, Roles.Admin).Audited(Acts.AccessDeny);
        routes.MapPost(GatewayRoutes.Revoke, RevokeAsync).RequireRoles(Roles.Reviewer, Roles.Steward, Roles.Admin).Audited(Acts.AccessRevoke);
    }

    private static async Task<Results<Ok<RequestView>, ProblemHttpResult>> RequestAsync(
        AccessRequest body, ClaimsPrincipal user, AccessRequests requests, CancellationToken cancellationToken) =>
        (await requests.RequestAsync(body, user.ToPerson(), cancellationToken)).ToResult();

    private static async Task<Ok<IReadOnlyList<RequestView>>> ListAsync(ClaimsPrincipal user, RequestViews views, CancellationToken cancellationToken) =>
        TypedResults.Ok(await views.ListAsync(user.ToViewer(), cancellationToken));

    private static async Task<Results<Ok<RequestView>, ProblemHttpResult>> ShowAsync(
        string request, ClaimsPrincipal user, RequestViews views, CancellationToken cancellationToken) =>
        (await views.ShowAsync(request, user.ToViewer(), cancellationToken)).ToResult();

    private static async Task<Results<Ok<RequestView>, ProblemHttpResult>> ApproveAsync(
        string request, DecideRequest body, ClaimsPrincipal user, RequestDecisions decisions, CancellationToken cancellationToken) =>
        (await decisions.ApproveAsync(request, body, user.ToPerson(), cancellationToken)).ToResult();

    private static async Task<Results<Ok<RequestView>, ProblemHttpResult>> DenyAsync(
        string request, DecideRequest body, ClaimsPrincipal user, RequestDecisions decisions, CancellationToken cancellationToken) =>
        (await decisions.DenyAsync(request, body, user.ToPerson(), cancellationToken)).ToResult();

    private static async Task<Results<Ok<RequestView>, ProblemHttpResult>> RevokeAsync(
        string request, DecideRequest body, ClaimsPrincipal user, RequestDecisions decisions, CancellationToken cancellationToken) =>
        (await decisions.RevokeAsync(request, body, user.ToPerson(), cancellationToken)).ToResult();
}
