using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Jobs;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Results;
using Scanlock.Web;
using Scanlock.Web.Auditing;

namespace Scanlock.Gateway.Brokers;

/// <summary>What a broker fetches and carries. It decides nothing: what it carries was signed by others.</summary>
internal static class BrokerEndpoints
{
    /// <summary>A job of 16 MiB, and what comes with it.</summary>
    private const long StatementBytes = 48L << 20;

    public static void MapBrokers(this IEndpointRouteBuilder routes)
    {
        var large = new SizeLimit(StatementBytes);
        routes.MapGet(GatewayRoutes.BrokerPermit, PermitAsync).RequireBroker().NotAudited("Hands out what was decided and logged before.");
        routes.MapGet(GatewayRoutes.BrokerPart, PartAsync).RequireBroker().Audited(Acts.PartServe);
        routes.MapPost(GatewayRoutes.BrokerKeys, KeysAsync).RequireBroker().Audited(Acts.KeysRelease).WithMetadata(large);
        routes.MapPost(GatewayRoutes.BrokerProgress, ProgressAsync).RequireBroker().Audited(Acts.JobProgress).WithMetadata(large);
        routes.MapPost(GatewayRoutes.BrokerReceipts, ReceiptAsync).RequireBroker().Audited(Acts.JobReceipt).WithMetadata(large);
        routes.MapPut(GatewayRoutes.BrokerResultPart, ResultPartAsync).RequireBroker()
            .NotAudited("Ciphertext on its way in; the bundle that names it is the act.")
            .Accepts<Stream>("application/octet-stream").WithMetadata(new SizeLimit(null));
        routes.MapPost(GatewayRoutes.BrokerResults, ResultAsync).RequireBroker().Audited(Acts.JobResult).WithMetadata(large);
        routes.MapGet(GatewayRoutes.BrokerResult, ShowResultAsync).RequireBroker().NotAudited("Reads how a result stands.");
        routes.MapGet(GatewayRoutes.BrokerResultMetrics, MetricsAsync).RequireBroker().NotAudited("Hands out what was released, and logged as an exit then.");
        routes.MapGet(GatewayRoutes.BrokerResultModel, ModelAsync).RequireBroker().NotAudited("Hands out what was released, and logged as an exit then.");
    }

    private static async Task<Results<Ok<PermitView>, ProblemHttpResult>> PermitAsync(
        string request, ClaimsPrincipal user, PartServing parts, CancellationToken cancellationToken) =>
        (await parts.PermitAsync(request, user.ToBroker(), cancellationToken)).ToResult();

    private static async Task<IResult> PartAsync(
        string dataset, int version, string part, string permit, ClaimsPrincipal user, PartServing parts, CancellationToken cancellationToken)
    {
        var served = await parts.OpenAsync(dataset, version, part, permit, user.ToBroker(), cancellationToken);
        return served.IsRefused
            ? served.Refusal.ToProblem()
            : new PartResult(served.Value, () => parts.ReportAlteredAsync(dataset, served.Value.Part, permit));
    }

    private static async Task<Results<Ok<KeyAnswer>, ProblemHttpResult>> KeysAsync(
        KeyExchange body, ClaimsPrincipal user, KeyReleases keys, CancellationToken cancellationToken) =>
        (await keys.AnswerAsync(body, user.ToBroker(), cancellationToken)).ToResult();

    private static async Task<Results<NoContent, ProblemHttpResult>> ProgressAsync(
        ProgressReport body, ClaimsPrincipal user, ProgressReports reports, CancellationToken cancellationToken) =>
        NoContent(await reports.TakeAsync(body, user.ToBroker(), cancellationToken));

    private static async Task<Results<NoContent, ProblemHttpResult>> ReceiptAsync(
        ReceiptSubmission body, ClaimsPrincipal user, Receipts receipts, CancellationToken cancellationToken) =>
        NoContent(await receipts.TakeAsync(body, user.ToBroker(), cancellationToken));

    private static async Task<Results<NoContent, ProblemHttpResult>> ResultPartAsync(
        string job, string part, HttpRequest request, ClaimsPrincipal user, ResultIntake results, CancellationToken cancellationToken) =>
        NoContent(await results.ReceivePartAsync(job, part, request.Body, user.ToBroker(), cancellationToken));

    private static async Task<Results<Ok<ResultView>, ProblemHttpResult>> ResultAsync(
        ResultSubmission body, ClaimsPrincipal user, ResultIntake results, CancellationToken cancellationToken) =>
        (await results.SubmitAsync(body, user.ToBroker(), cancellationToken)).ToResult();

    private static async Task<Results<Ok<ResultView>, ProblemHttpResult>> ShowResultAsync(
        string job, ClaimsPrincipal user, ResultViews results, CancellationToken cancellationToken) =>
        (await results.ShowToBrokerAsync(job, user.ToBroker(), cancellationToken)).ToResult();

    private static async Task<IResult> MetricsAsync(
        string job, ClaimsPrincipal user, ResultViews results, GatedFiles files, CancellationToken cancellationToken) =>
        ResultEndpoints.File(await results.OpenForBrokerAsync(job, ResultParts.Metrics, user.ToBroker(), cancellationToken), files, "application/json");

    private static async Task<IResult> ModelAsync(
        string job, ClaimsPrincipal user, ResultViews results, GatedFiles files, CancellationToken cancellationToken) =>
        ResultEndpoints.File(await results.OpenForBrokerAsync(job, ResultParts.Model, user.ToBroker(), cancellationToken), files, "application/octet-stream");

    private static Results<NoContent, ProblemHttpResult> NoContent(Outcome<Done> outcome) =>
        outcome.IsRefused ? outcome.Refusal.ToProblem() : TypedResults.NoContent();

    private sealed record SizeLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}
