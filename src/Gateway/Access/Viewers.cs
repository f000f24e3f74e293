using System.Security.Claims;
using Scanlock.Contracts.Access;
using Scanlock.Web.Identity;

namespace Scanlock.Gateway.Access;

/// <summary>Who looks, by what their token is for.</summary>
internal static class Viewers
{
    /// <summary>
    /// The person; by a token delegated to a broker only as the researcher they may be, so that no broker is shown in a reviewer's name what
    /// has not left yet (P6).
    /// </summary>
    public static Person ToViewer(this ClaimsPrincipal user)
    {
        var person = user.ToPerson();
        return user.HasScope(Persons.FullScope) ? person : person with { Roles = [.. person.Roles.Where(role => role == Roles.Researcher)] };
    }
}
