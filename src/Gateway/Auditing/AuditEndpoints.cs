using System.Security.Claims;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Access;
using Scanlock.Gateway.Configuration;
using Scanlock.Gateway.Storage;
using Scanlock.Web;
using Scanlock.Web.Auditing;
using Scanlock.Web.Identity;

namespace Scanlock.Gateway.Auditing;

/// <summary>The log's files as C2SP tlog-tiles lays them out, for auditors.</summary>
internal static partial class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder routes) =>
        routes.MapGet(GatewayRoutes.Audit + "/{**path}", GetFile)
            .RequireRoles(Roles.Auditor)
            .NotAudited("Reads the log itself, which changes nothing.");

    private static Results<PhysicalFileHttpResult, ProblemHttpResult> GetFile(
        string path, ClaimsPrincipal user, GatewayConfiguration configuration, StateFolders folders)
    {
        if (OwnPeople.Fault(user.ToPerson(), configuration) is { } stranger)
        {
            return stranger.ToProblem();
        }

        // Only what the layout has; the writer's own journal and lock lie beside it.
        if (!LogFile().IsMatch(path) || !File.Exists(Path.Combine(folders.Log, path)))
        {
            return Problems.NotFound("The log has no such file.");
        }

        return TypedResults.PhysicalFile(Path.Combine(folders.Log, path), path.EndsWith("checkpoint", StringComparison.Ordinal) ? "text/plain" : "application/octet-stream");
    }

    [GeneratedRegex(@"^(checkpoint|log\.vkey|cosigned/[0-9a-f]{8}|tile/(entries|[0-9]{1,2})(/x[0-9]{3})*/[0-9]{3}(\.p/[0-9]{1,3})?)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LogFile();
}
