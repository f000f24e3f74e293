using Microsoft.AspNetCore.Http.HttpResults;
using Scanlock.Contracts.Broker;
using Scanlock.Web.Auditing;
using Scanlock.Web.Identity;

namespace Scanlock.Broker.Sites;

internal static class SiteEndpoints
{
    public static void MapSites(this IEndpointRouteBuilder routes) =>
        routes.MapGet(BrokerRoutes.Sites, ListAsync).RequireRoles().NotAudited("Looks at sites; nothing of any dataset is in it.").WithName("ListSites")
            .WithSummary("The configured sites, each as its agent answers now.");

    private static async Task<Ok<IReadOnlyList<SiteView>>> ListAsync(SiteDirectory sites, CancellationToken cancellationToken) =>
        TypedResults.Ok<IReadOnlyList<SiteView>>(await Task.WhenAll(sites.All.Select(async site => View(site, await sites.LookAsync(site, cancellationToken)))));

    private static SiteView View(SiteSettings site, SiteSight sight) => new(
        site.Name,
        sight.Problem is null ? SiteStates.Reachable : SiteStates.Of(sight.Problem.Trouble),
        sight.Problem?.Sentence ?? sight.Welcome?.IsolationProblem,
        sight.Welcome?.Trainers ?? [],
        sight.Welcome?.Isolation ?? []);
}

/// <summary>The values of <see cref="SiteView.State"/>.</summary>
internal static class SiteStates
{
    public const string Reachable = "reachable";

    public static string Of(SiteTrouble trouble) => trouble switch
    {
        SiteTrouble.Unreachable => "unreachable",
        SiteTrouble.HostKey => "host-key-mismatch",
        SiteTrouble.Login => "login-refused",
        SiteTrouble.Protocol => "no-agent",
        _ => throw new InvalidOperationException("No such trouble."),
    };
}
