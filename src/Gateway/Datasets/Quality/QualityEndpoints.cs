using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Web.Auditing;
using Scanlock.Web.Identity;

namespace Scanlock.Gateway.Datasets.Quality;

internal static class QualityEndpoints
{
    public static void MapQuality(this IEndpointRouteBuilder routes) =>
        routes.MapGet(GatewayRoutes.Quality, JudgeAsync).RequireRoles(Roles.Steward)
            .NotAudited("Tells a steward what is odd about their own dataset, by pseudonyms and ordinals; nothing of a sample is opened.");

    private static async Task<Results<Ok<QualityReport>, ProblemHttpResult>> JudgeAsync(
        string dataset, ClaimsPrincipal user, QualityReports reports, CancellationToken cancellationToken) =>
        (await reports.JudgeAsync(dataset, user.ToPerson(), cancellationToken)).ToResult();
}
