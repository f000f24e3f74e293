using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Access;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Storage.Blobs;
using Scanlock.Web.Auditing;
using Scanlock.Web.Identity;

namespace Scanlock.Gateway.Results;

/// <summary>Results, as researchers and reviewers see them.</summary>
internal static class ResultEndpoints
{
    public static void MapResults(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(GatewayRoutes.Results, ListAsync).RequireDelegable(Persons.ReadScope).NotAudited("Reads how results stand.");
        routes.MapGet(GatewayRoutes.Result, ShowAsync).RequireDelegable(Persons.ReadScope).NotAudited("Reads how a result stands.");
        routes.MapGet(GatewayRoutes.ResultMetrics, MetricsAsync).RequireDelegable(Persons.ReadScope)
            .NotAudited("Hands out what was released and logged as an exit then, or shows it to its reviewers.");
        routes.MapGet(GatewayRoutes.ResultModel, ModelAsync).RequireDelegable(Persons.ReadScope)
            .NotAudited("Hands out what was released, and logged as an exit then.");
        routes.MapPost(GatewayRoutes.Release, ReleaseAsync).RequireDelegable(Persons.RequestScope, Roles.Researcher).Audited(Acts.ResultRequest);
    }

    /// <summary>The file, or why not.</summary>
    public static IResult File(Outcome<OpenFile> file, GatedFiles files, string contentType) =>
        file.IsRefused ? file.Refusal.ToProblem() : new GatedFileResult(file.Value, files, contentType);

    private static async Task<Ok<IReadOnlyList<ResultView>>> ListAsync(ClaimsPrincipal user, ResultViews results, CancellationToken cancellationToken) =>
        TypedResults.Ok(await results.ListAsync(user.ToViewer(), cancellationToken));

    private static async Task<Results<Ok<ResultView>, ProblemHttpResult>> ShowAsync(
        string job, ClaimsPrincipal user, ResultViews results, CancellationToken cancellationToken) =>
        (await results.ShowAsync(job, user.ToViewer(), cancellationToken)).ToResult();

    private static async Task<IResult> MetricsAsync(
        string job, ClaimsPrincipal user, ResultViews results, GatedFiles files, CancellationToken cancellationToken) =>
        File(await results.OpenAsync(job, ResultParts.Metrics, user.ToViewer(), cancellationToken), files, "application/json");

    private static async Task<IResult> ModelAsync(
        string job, ClaimsPrincipal user, ResultViews results, GatedFiles files, CancellationToken cancellationToken) =>
        File(await results.OpenAsync(job, ResultParts.Model, user.ToViewer(), cancellationToken), files, "application/octet-stream");

    private static async Task<Results<Ok<RequestView>, ProblemHttpResult>> ReleaseAsync(
        string job, ClaimsPrincipal user, Releases releases, CancellationToken cancellationToken) =>
        (await releases.RequestAsync(job, user.ToPerson(), cancellationToken)).ToResult();

    /// <summary>Decrypts on the way out; a copy that was altered at rest breaks off before its end.</summary>
    private sealed class GatedFileResult(OpenFile file, GatedFiles files, string contentType) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.ContentType = contentType;
            httpContext.Response.ContentLength = file.File.Bytes;
            try
            {
                await files.CopyToAsync(file.Job, file.Part, file.File, httpContext.Response.Body, httpContext.RequestAborted);
            }
            catch (BlobAlteredException) when (httpContext.Response.HasStarted)
            {
                httpContext.Abort();
            }
        }
    }
}
