using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Web.Auditing;
using Scanlock.Web.Identity;

namespace Scanlock.Gateway.Datasets.Preview;

internal static class PreviewEndpoints
{
    public static void MapPreview(this IEndpointRouteBuilder routes) =>
        routes.MapPost(GatewayRoutes.Preview, ShowAsync).RequireRoles(Roles.Steward).Audited(Acts.SamplePreview);

    private static async Task<Results<Ok<SamplePreview>, ProblemHttpResult>> ShowAsync(
        string dataset, PreviewChoice? body, ClaimsPrincipal user, HttpResponse response, Previews previews, CancellationToken cancellationToken)
    {
        response.Headers.CacheControl = "no-store";
        return (await previews.ShowAsync(dataset, body ?? new(null, null, null, null), user.ToPerson(), cancellationToken)).ToResult();
    }
}
