using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Configuration;
using Scanlock.Gateway.Datasets.Labels;
using Scanlock.Gateway.Datasets.Sealing;
using Scanlock.Gateway.Datasets.Uploads;
using Scanlock.Gateway.Storage;
using Scanlock.Web;
using Scanlock.Web.Auditing;
using Scanlock.Web.Identity;

namespace Scanlock.Gateway.Datasets;

/// <summary>The catalogue, and a steward's work on datasets.</summary>
internal static class DatasetEndpoints
{
    /// <summary>A table of labels or digests, a million rows of them.</summary>
    private const long TableBytes = 512L << 20;
    private const string OneEntryPerSession = "One entry stands for the whole upload session, when it closes or its dataset is sealed.";

    public static void MapDatasets(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(GatewayRoutes.Datasets, ListAsync).RequireDelegable(Persons.ReadScope)
            .NotAudited("Reads the catalogue, which says nothing of a patient.");
        routes.MapGet(GatewayRoutes.Dataset, ShowAsync).RequireDelegable(Persons.ReadScope)
            .NotAudited("Reads the catalogue, which says nothing of a patient.");
        routes.MapPost(GatewayRoutes.Datasets, CreateAsync).RequireRoles(Roles.Steward).Audited(Acts.DatasetCreate);
        routes.MapPut(GatewayRoutes.Policy, ReplacePolicyAsync).RequireRoles(Roles.Steward).Audited(Acts.DatasetPolicy);
        routes.MapPost(GatewayRoutes.Uploads, OpenUploadAsync).RequireRoles(Roles.Steward).NotAudited(OneEntryPerSession);
        routes.MapPost(GatewayRoutes.KnownObjects, KnownObjectsAsync).RequireRoles(Roles.Steward)
            .NotAudited("Tells a steward what they sent themselves.").WithMetadata(new SizeLimit(TableBytes));
        routes.MapPost(GatewayRoutes.CloseUpload, CloseUploadAsync).RequireRoles(Roles.Steward).Audited(Acts.DatasetUpload);
        routes.MapPost(GatewayRoutes.Labels, LabelAsync).RequireRoles(Roles.Steward).Audited(Acts.DatasetLabel).WithMetadata(new SizeLimit(TableBytes));
        routes.MapPost(GatewayRoutes.Versions, SealAsync).RequireRoles(Roles.Steward).Audited(Acts.DatasetSeal);
        routes.MapPost(GatewayRoutes.Withdraw, WithdrawAsync).RequireRoles(Roles.Steward).Audited(Acts.DatasetWithdraw);
    }

    private static async Task<Ok<IReadOnlyList<DatasetEntry>>> ListAsync(
        IDbContextFactory<GatewayDb> databases, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return TypedResults.Ok(await Catalogue.ListAsync(db, cancellationToken));
    }

    private static async Task<Results<Ok<DatasetEntry>, ProblemHttpResult>> ShowAsync(
        string dataset, IDbContextFactory<GatewayDb> databases, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var found = await db.FindAsync(dataset, cancellationToken);
        return found.IsRefused ? found.Refusal.ToProblem() : TypedResults.Ok(await Catalogue.EntryAsync(db, found.Value, cancellationToken));
    }

    private static async Task<Results<Ok<DatasetEntry>, ProblemHttpResult>> CreateAsync(
        CreateDataset body, ClaimsPrincipal user, DatasetAdministration datasets, CancellationToken cancellationToken) =>
        (await datasets.CreateAsync(body, user.ToPerson(), cancellationToken)).ToResult();

    private static async Task<Results<Ok<DatasetEntry>, ProblemHttpResult>> ReplacePolicyAsync(
        string dataset, ReplacePolicy body, ClaimsPrincipal user, DatasetAdministration datasets, CancellationToken cancellationToken) =>
        (await datasets.ReplacePolicyAsync(dataset, body, user.ToPerson(), cancellationToken)).ToResult();

    private static async Task<Results<Ok<UploadSession>, ProblemHttpResult>> OpenUploadAsync(
        string dataset, ClaimsPrincipal user, UploadSessions uploads, CancellationToken cancellationToken) =>
        (await uploads.OpenAsync(dataset, user.ToPerson(), cancellationToken)).ToResult();

    private static async Task<Results<Ok<KnownObjects>, ProblemHttpResult>> KnownObjectsAsync(
        string dataset, KnownObjectsQuery body, ClaimsPrincipal user, UploadSessions uploads, CancellationToken cancellationToken) =>
        (await uploads.KnownAsync(dataset, body, user.ToPerson(), cancellationToken)).ToResult();

    private static async Task<Results<Ok<UploadReport>, ProblemHttpResult>> CloseUploadAsync(
        string dataset, string upload, ClaimsPrincipal user, UploadSessions uploads, CancellationToken cancellationToken) =>
        (await uploads.CloseAsync(dataset, upload, user.ToPerson(), cancellationToken)).ToResult();

    private static async Task<Results<Ok<LabelReport>, ProblemHttpResult>> LabelAsync(
        string dataset, LabelUpload body, ClaimsPrincipal user, DatasetLabels labels, CancellationToken cancellationToken) =>
        (await labels.LabelAsync(dataset, body, user.ToPerson(), cancellationToken)).ToResult();

    private static async Task<Results<Ok<SealedVersion>, ProblemHttpResult>> SealAsync(
        string dataset, SealVersion? body, ClaimsPrincipal user, DatasetSealing sealing, CancellationToken cancellationToken) =>
        (await sealing.SealAsync(dataset, body ?? new(LeaveOutUnlabelled: false), user.ToPerson(), cancellationToken)).ToResult();

    private static async Task<Results<Ok<DatasetEntry>, ProblemHttpResult>> WithdrawAsync(
        string dataset, ClaimsPrincipal user, DatasetAdministration datasets, CancellationToken cancellationToken) =>
        (await datasets.WithdrawAsync(dataset, user.ToPerson(), cancellationToken)).ToResult();

    private sealed record SizeLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}
