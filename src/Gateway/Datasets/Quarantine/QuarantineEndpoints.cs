using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Web.Auditing;
using Scanlock.Web.Identity;

namespace Scanlock.Gateway.Datasets.Quarantine;

/// <summary>A steward's work on what is kept apart.</summary>
internal static class QuarantineEndpoints
{
    public static void MapQuarantine(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(GatewayRoutes.Quarantine, ListAsync).RequireRoles(Roles.Steward)
            .NotAudited("Tells a steward why objects are kept apart, and nothing that is in one.");
        routes.MapPost(GatewayRoutes.ReleaseQuarantined, ReleaseAsync).RequireRoles(Roles.Steward).Audited(Acts.QuarantineRelease);
        routes.MapPost(GatewayRoutes.DeleteQuarantined, DeleteAsync).RequireRoles(Roles.Steward).Audited(Acts.QuarantineDelete);
    }

    private static async Task<Results<Ok<QuarantinePage>, ProblemHttpResult>> ListAsync(
        string dataset, string? code, string? after, int? limit, ClaimsPrincipal user, QuarantineList quarantine, CancellationToken cancellationToken) =>
        (await quarantine.ListAsync(dataset, code, after, limit, user.ToPerson(), cancellationToken)).ToResult();

    private static async Task<Results<Ok<QuarantineDecided>, ProblemHttpResult>> ReleaseAsync(
        string dataset, QuarantineChoice body, ClaimsPrincipal user, QuarantineDecision decision, CancellationToken cancellationToken) =>
        (await decision.ReleaseAsync(dataset, body, user.ToPerson(), cancellationToken)).ToResult();

    private static async Task<Results<Ok<QuarantineDecided>, ProblemHttpResult>> DeleteAsync(
        string dataset, QuarantineChoice body, ClaimsPrincipal user, QuarantineDecision decision, CancellationToken cancellationToken) =>
        (await decision.DeleteAsync(dataset, body, user.ToPerson(), cancellationToken)).ToResult();
}
