using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Scanlock.Web.Identity;

/// <summary>
/// Access tokens of trusted issuers (RFC 9068): one validating scheme per issuer, chosen by the token's own <c>iss</c>,
/// which decides nothing until that issuer's keys have verified the signature.
/// </summary>
internal static class PersonAuthentication
{
    private static readonly JsonWebTokenHandler s_reader = new();

    public static void AddPersons(this IServiceCollection services, IReadOnlyList<IssuerOptions> issuers, string audience)
    {
        var authentication = services.AddAuthentication(Persons.Scheme);
        authentication.AddPolicyScheme(Persons.Scheme, null, scheme => scheme.ForwardDefaultSelector = context =>
            SchemeOf(issuers, IssuerNamedIn(context.Request.Headers.Authorization.ToString())));
        for (var i = 0; i < Math.Max(issuers.Count, 1); i++)
        {
            var issuer = i < issuers.Count ? issuers[i] : null;
            authentication.AddJwtBearer(SchemeName(i), options => Configure(options, issuer, audience));
        }
    }

    private static void Configure(JwtBearerOptions options, IssuerOptions? issuer, string audience)
    {
        options.MapInboundClaims = false;
        options.IncludeErrorDetails = false;
        options.TokenValidationParameters = new()
        {
            ValidIssuer = issuer?.Issuer,
            ValidAudience = audience,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256],
            ValidTypes = ["at+jwt", "JWT"],
            RequireExpirationTime = true,
            ClockSkew = TimeSpan.FromSeconds(30),
        };
        if (issuer is null)
        {
            // No issuer is trusted, so no token can be: a scheme that knows no key.
            options.Configuration = new();
            return;
        }

        options.Authority = issuer.Issuer;
        options.RequireHttpsMetadata = !new Uri(issuer.Issuer).IsLoopback;
        options.Events = new()
        {
            OnTokenValidated = context =>
            {
                if (Read(context.Principal!, issuer) is { } person)
                {
                    context.Principal = person;
                }
                else
                {
                    context.Fail("The issuer does not speak for this organisation.");
                }

                return Task.CompletedTask;
            },
        };
    }

    /// <summary>The person a validated token names, or null where the issuer may not say so.</summary>
    internal static ClaimsPrincipal? Read(ClaimsPrincipal token, IssuerOptions issuer)
    {
        var subject = token.FindFirstValue(JwtRegisteredClaimNames.Sub);
        var organisation = token.FindFirstValue(issuer.OrganisationClaim) ?? (issuer.Organisations.Count == 1 ? issuer.Organisations[0] : null);
        if (subject is null || organisation is null || !issuer.Organisations.Contains(organisation, StringComparer.Ordinal))
        {
            return null;
        }

        var roles = token.FindAll(issuer.RolesClaim).Select(claim => claim.Value).Intersect(issuer.Roles, StringComparer.Ordinal);
        var scopes = token.FindAll("scope").SelectMany(claim => claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return new(new ClaimsIdentity(
            [
                new(Persons.IssuerClaim, issuer.Issuer),
                new(Persons.SubjectClaim, subject),
                new(Persons.OrganisationClaim, organisation),
                .. roles.Select(role => new Claim(Persons.RoleClaim, role)),
                .. scopes.Select(scope => new Claim(Persons.ScopeClaim, scope)),
            ],
            Persons.Scheme));
    }

    private static string? IssuerNamedIn(string authorization)
    {
        const string Bearer = "Bearer ";
        if (!authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) || !s_reader.CanReadToken(authorization[Bearer.Length..]))
        {
            return null;
        }

        try
        {
            return s_reader.ReadJsonWebToken(authorization[Bearer.Length..]).Issuer;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static string SchemeOf(IReadOnlyList<IssuerOptions> issuers, string? named)
    {
        for (var i = 0; i < issuers.Count; i++)
        {
            if (issuers[i].Issuer == named)
            {
                return SchemeName(i);
            }
        }

        return SchemeName(0);
    }

    private static string SchemeName(int index) => $"issuer-{index}";
}
