using System.Security.Claims;
using Scanlock.Contracts.Access;

namespace Scanlock.Web.Identity;

/// <summary>The signed-in person, read from a validated token. The claims below are ours, set once the issuer's were checked.</summary>
public static class Persons
{
    public const string Scheme = "person";

    /// <summary>A direct login: everything the person's roles allow.</summary>
    public const string FullScope = "full";

    /// <summary>Delegated to a broker: asking for access and for results in the person's name.</summary>
    public const string RequestScope = "request";

    /// <summary>Delegated to a broker: reading what the person may read.</summary>
    public const string ReadScope = "read";

    internal const string IssuerClaim = "scanlock:issuer";
    internal const string SubjectClaim = "scanlock:subject";
    internal const string OrganisationClaim = "scanlock:organisation";
    internal const string RoleClaim = "scanlock:role";
    internal const string ScopeClaim = "scanlock:scope";

    /// <exception cref="InvalidOperationException">The request was not authenticated as a person: the endpoint lacks its rule.</exception>
    public static Person ToPerson(this ClaimsPrincipal principal) => new(
        Required(principal, IssuerClaim),
        Required(principal, SubjectClaim),
        Required(principal, OrganisationClaim),
        [.. principal.FindAll(RoleClaim).Select(claim => claim.Value)]);

    public static bool HasScope(this ClaimsPrincipal principal, string scope) => principal.HasClaim(ScopeClaim, scope);

    private static string Required(ClaimsPrincipal principal, string claim) => principal.FindFirstValue(claim)
        ?? throw new InvalidOperationException("This endpoint reads a person but does not require one.");
}
