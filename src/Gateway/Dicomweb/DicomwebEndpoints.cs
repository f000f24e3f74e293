using System.Security.Claims;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Intake;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Datasets;
using Scanlock.Gateway.Datasets.Masks;
using Scanlock.Gateway.Datasets.Uploads;
using Scanlock.Gateway.Storage;
using Scanlock.Web;
using Scanlock.Web.Auditing;
using Scanlock.Web.Identity;

namespace Scanlock.Gateway.Dicomweb;

/// <summary>DICOMweb, the storing half of it (STOW-RS, PS3.18 10.5): a dataset is a store-only origin server.</summary>
internal static class DicomwebEndpoints
{
    private const string Part = "application/dicom";

    // Seconds. It has waited for long already.
    private const string ComeBackAfter = "10";
    private const string Accepted = "multipart/related; type=\"application/dicom\"";

    public static void MapDicomweb(this IEndpointRouteBuilder routes)
    {
        foreach (var route in new[] { DicomwebRoutes.Studies, DicomwebRoutes.Study })
        {
            routes.MapPost(route, StoreAsync).RequireSender().WithMetadata(new NoSizeLimit())
                .NotAudited("One entry stands for the whole upload session, when it closes; a sender who may not is on record.");
            routes.MapMethods(route, [HttpMethods.Options], Capabilities).AllowAnonymous().ExcludeFromDescription()
                .NotAudited("Says only what every dataset's address takes.");
        }

        routes.Map(DicomwebRoutes.All, NotServed).AllowAnonymous().ExcludeFromDescription().NotAudited("Says only that nothing can be retrieved or searched here.");
    }

    private static async Task<IResult> StoreAsync(
        string dataset,
        string? study,
        string? upload,
        [FromQuery(Name = DicomwebRoutes.RegionQuery)] string[]? regions,
        [FromQuery(Name = DicomwebRoutes.VolumeQuery)] string? volume,
        HttpContext context,
        ClaimsPrincipal user,
        IDbContextFactory<GatewayDb> databases,
        UploadReads reads,
        AuditedActs acts,
        FailedAttempts failures,
        StoreTransaction store,
        CancellationToken cancellationToken)
    {
        var found = await SenderAsync(dataset, upload, user, databases, reads, cancellationToken);
        if (found.IsRefused)
        {
            var who = user.ToUploadToken() is { } token ? Actors.UploadToken(token.Token) : Actors.Of(user.ToPerson());
            return await RefuseAsync(Attempt.At(Acts.DatasetUpload, who, ("dataset", dataset)), found.Refusal, acts, failures, cancellationToken);
        }

        if (StoreAnswer.Choose(context.Request.Headers.Accept) is not { } mediaType)
        {
            return Problem(StatusCodes.Status406NotAcceptable, "Not acceptable", "The answer is application/dicom+json, application/dicom+xml or application/json.");
        }

        var (boundary, fault) = Read(context);
        if (fault is not null)
        {
            return fault;
        }

        if (ReadMasks(regions, volume) is not { } masks)
        {
            return Problems.BadRequest($"'{DicomwebRoutes.RegionQuery}' names at most {MaskTask.MaxRegions} regions, '{DicomwebRoutes.VolumeQuery}' is a SHA-256 digest.");
        }

        var taken = await store.TakeAsync(found.Value, study, masks, boundary!, context.Request.Body, cancellationToken);
        if (taken.IsRefused)
        {
            context.Response.Headers.RetryAfter = ComeBackAfter;
            return taken.Refusal.ToProblem();
        }

        var report = taken.Value;
        return report.Parts.Count == 0
            ? Problems.BadRequest(report.Unread is null ? "The request has no part." : "The body is not what its Content-Type says, or ends before its first part does.")
            : new StoreAnswer(report, mediaType);
    }

    /// <summary>Who sends into which session. A token of another dataset learns no more than that this one is none of its own.</summary>
    private static async Task<Outcome<Sender>> SenderAsync(
        string dataset, string? upload, ClaimsPrincipal user, IDbContextFactory<GatewayDb> databases, UploadReads reads, CancellationToken cancellationToken)
    {
        if (user.ToUploadToken() is { } token)
        {
            if (token.Dataset != dataset || reads.DatasetState(dataset) is not { } state)
            {
                return DatasetLookup.NoSuch(dataset);
            }

            return upload is not null ? new Refusal.Unknown("An upload token has a session of its own, and is given no other.")
                : state == DatasetStates.Withdrawn ? new Refusal.Conflict($"The dataset '{dataset}' was withdrawn.")
                : new Sender(dataset, Actors.UploadToken(token.Token), token.Token, Named: null);
        }

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var person = user.ToPerson();
        var found = await db.FindManagedAsync(dataset, person, cancellationToken);
        return found.IsRefused ? found.Refusal : new Sender(dataset, Actors.Of(person), Token: null, upload);
    }

    /// <summary>Each refusal is an entry; who goes on regardless is told to wait, and is not.</summary>
    private static async Task<IResult> RefuseAsync(
        Attempt attempt, Refusal refusal, AuditedActs acts, FailedAttempts failures, CancellationToken cancellationToken)
    {
        if (failures.Count(attempt.Actor) is not null)
        {
            return Problem(StatusCodes.Status429TooManyRequests, "Too many requests", "This sender was refused too often; it must wait a minute.");
        }

        return (await acts.RefuseAsync<Done>(attempt, refusal, cancellationToken)).Refusal!.ToProblem();
    }

    private static (string? Boundary, IResult? Fault) Read(HttpContext context)
    {
        if (context.Request.ContentLength is null && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return (null, Problem(StatusCodes.Status411LengthRequired, "Length required", "The request has no body: neither a Content-Length nor chunks."));
        }

        if (MultipartRelated.Parse(context.Request.ContentType ?? "") is not { } multipart || !(multipart.Type is null || IsPart(multipart.Type)))
        {
            context.Response.Headers["Accept-Post"] = Accepted;
            return (null, Problem(StatusCodes.Status415UnsupportedMediaType, "Unsupported media type", $"Instances are stored as {Accepted}."));
        }

        return multipart.Boundary is { } boundary ? (boundary, null) : (null, Problems.BadRequest("The Content-Type names no boundary, or none that can be used."));
    }

    /// <summary>A media type's case says nothing, nor do its parameters: each object names its transfer syntax itself.</summary>
    private static bool IsPart(string type) => type.Split(';')[0].Trim().Equals(Part, StringComparison.OrdinalIgnoreCase);

    /// <summary>What of masks counts, and which volume's they are; null where that cannot be read.</summary>
    private static AskedMasks? ReadMasks(string[]? regions, string? volume) =>
        regions is { Length: > MaskTask.MaxRegions } || regions?.Any(region => region.Length is 0 or > IntakeProtocol.MaxTextLength) == true ? null
        : volume is null ? new AskedMasks(regions ?? [], null)
        : Sha256Digest.TryParse(volume, out var digest) ? new AskedMasks(regions ?? [], digest)
        : null;

    /// <summary>PS3.18 8.9, as much of it as there is to say.</summary>
    private static NoContent Capabilities(HttpResponse response)
    {
        response.Headers.Allow = "POST, OPTIONS";
        response.Headers["Accept-Post"] = Accepted;
        return TypedResults.NoContent();
    }

    private static ProblemHttpResult NotServed() =>
        Problems.NotFound("This DICOMweb server only stores: POST instances to .../studies or .../studies/{study}. Nothing can be searched or retrieved.");

    private static ProblemHttpResult Problem(int status, string title, string detail) => TypedResults.Problem(detail, statusCode: status, title: title);

    /// <summary>Nothing is kept of a request, and each part is bounded by the intake.</summary>
    private sealed class NoSizeLimit : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => null;
    }
}
