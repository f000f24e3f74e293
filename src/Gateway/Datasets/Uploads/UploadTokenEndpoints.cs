using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Web.Auditing;
using Scanlock.Web.Identity;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>A steward's work on upload tokens.</summary>
internal static class UploadTokenEndpoints
{
    public static void MapUploadTokens(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(GatewayRoutes.UploadTokens, CreateAsync).RequireRoles(Roles.Steward).Audited(Acts.TokenCreate);
        routes.MapGet(GatewayRoutes.UploadTokens, ListAsync).RequireRoles(Roles.Steward).NotAudited("Tells a steward which tokens there are, not what they are.");
        routes.MapPost(GatewayRoutes.RevokeUploadToken, RevokeAsync).RequireRoles(Roles.Steward).Audited(Acts.TokenRevoke);
        routes.MapPost(GatewayRoutes.DropUploads, DropAsync).RequireRoles(Roles.Steward).Audited(Acts.TokenDrop);
    }

    private static async Task<Results<Ok<CreatedUploadToken>, ProblemHttpResult>> CreateAsync(
        string dataset, CreateUploadToken body, ClaimsPrincipal user, HttpResponse response, UploadTokens tokens, CancellationToken cancellationToken)
    {
        response.Headers.CacheControl = "no-store";
        return (await tokens.CreateAsync(dataset, body, user.ToPerson(), cancellationToken)).ToResult();
    }

    private static async Task<Results<Ok<IReadOnlyList<UploadTokenView>>, ProblemHttpResult>> ListAsync(
        string dataset, ClaimsPrincipal user, UploadTokens tokens, CancellationToken cancellationToken) =>
        (await tokens.ListAsync(dataset, user.ToPerson(), cancellationToken)).ToResult();

    private static async Task<Results<Ok<UploadTokenView>, ProblemHttpResult>> RevokeAsync(
        string dataset, string token, ClaimsPrincipal user, UploadTokens tokens, CancellationToken cancellationToken) =>
        (await tokens.RevokeAsync(dataset, token, user.ToPerson(), cancellationToken)).ToResult();

    private static async Task<Results<Ok<DroppedUploads>, ProblemHttpResult>> DropAsync(
        string dataset, string token, DropUploads? body, ClaimsPrincipal user, TokenDrop drop, CancellationToken cancellationToken) =>
        (await drop.DropAsync(dataset, token, body ?? new(LeaveSealed: false), user.ToPerson(), cancellationToken)).ToResult();
}
