using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Storage.Blobs;
using Scanlock.Web;
using Scanlock.Web.Auditing;
using Scanlock.Web.Identity;

namespace Scanlock.Gateway.Datasets.Archive;

/// <summary>A steward gets the archive back. Permits and brokers have no way here.</summary>
internal static class ArchiveEndpoints
{
    public static void MapArchive(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(GatewayRoutes.Archive, ListAsync).RequireRoles(Roles.Steward).NotAudited("Tells a steward which parts there are; each is audited when it is read.");
        routes.MapGet(GatewayRoutes.ArchivePart, PartAsync).RequireRoles(Roles.Steward).Audited(Acts.ArchiveRead);
    }

    private static async Task<Results<Ok<SignedArchive>, ProblemHttpResult>> ListAsync(
        string dataset, int version, ClaimsPrincipal user, ArchiveReading archive, CancellationToken cancellationToken) =>
        (await archive.ListAsync(dataset, version, user.ToPerson(), cancellationToken)).ToResult();

    private static async Task<IResult> PartAsync(
        string dataset, int version, string part, ClaimsPrincipal user, ArchiveReading archive, CancellationToken cancellationToken)
    {
        var admitted = await archive.AdmitAsync(dataset, version, part, user.ToPerson(), cancellationToken);
        return admitted.IsRefused
            ? admitted.Refusal.ToProblem()
            : new DecryptedPart(admitted.Value, (stream, token) => archive.OpenAsync(dataset, admitted.Value, stream, token));
    }

    /// <summary>A tar as it is decrypted. Where it is not what was sealed the connection is broken before its end.</summary>
    private sealed class DecryptedPart(ManifestPart part, Func<Stream, CancellationToken, Task> open) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.ContentType = "application/x-tar";
            response.ContentLength = part.PlaintextBytes;
            response.Headers.CacheControl = "no-store";
            try
            {
                await open(response.Body, httpContext.RequestAborted);
            }
            catch (BlobAlteredException e)
            {
                if (response.HasStarted)
                {
                    httpContext.Abort();
                    return;
                }

                response.Headers.Clear();
                await Problems.Unavailable(e.Message).ExecuteAsync(httpContext);
            }
        }
    }
}
