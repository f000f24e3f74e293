using Microsoft.AspNetCore.Http.HttpResults;
using Scanlock.Contracts.Broker;
using Scanlock.Web.Auditing;
using Scanlock.Web.Identity;

namespace Scanlock.Broker.Gateways;

internal static class GatewayEndpoints
{
    public static void MapGateways(this IEndpointRouteBuilder routes) =>
        routes.MapGet(BrokerRoutes.Gateways, List).RequireRoles().NotAudited("Lists addresses from the configuration.").WithName("ListGateways")
            .WithSummary("The gateways this broker works with.");

    private static Ok<IReadOnlyList<KnownGateway>> List(GatewayDirectory gateways) =>
        TypedResults.Ok<IReadOnlyList<KnownGateway>>([.. gateways.All.Select(gateway => new KnownGateway(gateway.Name, gateway.Url.ToString().TrimEnd('/')))]);
}
