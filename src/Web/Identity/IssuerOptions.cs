namespace Scanlock.Web.Identity;

/// <summary>An OIDC issuer this host trusts, and what it may say: only these organisations and roles.</summary>
/// <param name="Issuer">The issuer's URL, exactly as in its tokens.</param>
/// <param name="Organisations">Organisations it speaks for. Where there is one, tokens need not name it.</param>
/// <param name="Roles">Roles it may give.</param>
/// <param name="OrganisationClaim">Claim that names the organisation.</param>
/// <param name="RolesClaim">Claim that lists the roles.</param>
public sealed record IssuerOptions(
    string Issuer,
    IReadOnlyList<string> Organisations,
    IReadOnlyList<string> Roles,
    string OrganisationClaim = "organisation",
    string RolesClaim = "roles")
{
    /// <summary>Everything wrong with this entry, in sentences.</summary>
    public IEnumerable<string> Problems()
    {
        if (!Uri.TryCreate(Issuer, UriKind.Absolute, out var url))
        {
            yield return $"Issuers: '{Issuer}' is not a URL.";
        }
        else if (url.Scheme != Uri.UriSchemeHttps && !url.IsLoopback)
        {
            yield return $"Issuers: '{Issuer}' is plain HTTP and not on loopback.";
        }

        if (Organisations.Count == 0)
        {
            yield return $"Issuers: '{Issuer}' speaks for no organisation.";
        }

        foreach (var role in Roles.Except(Contracts.Access.Roles.All, StringComparer.Ordinal))
        {
            yield return $"Issuers: '{Issuer}' gives the role '{role}', which is none of {string.Join(", ", Contracts.Access.Roles.All)}.";
        }
    }
}
