using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;

namespace Scanlock.Web.Identity;

/// <summary>Who may call an endpoint: one of the roles, by a direct login or, where given, by a delegated scope.</summary>
public sealed record PersonRequirement(IReadOnlyList<string> Roles, string? DelegableScope) : IAuthorizationRequirement;

public static class PersonAuthorization
{
    /// <summary>One of these roles, by a direct login. No role named: any signed-in person.</summary>
    public static TBuilder RequireRoles<TBuilder>(this TBuilder builder, params string[] roles)
        where TBuilder : IEndpointConventionBuilder => Require(builder, new(roles, null));

    /// <summary>Likewise, also by a token delegated for this scope.</summary>
    public static TBuilder RequireDelegable<TBuilder>(this TBuilder builder, string scope, params string[] roles)
        where TBuilder : IEndpointConventionBuilder => Require(builder, new(roles, scope));

    private static TBuilder Require<TBuilder>(TBuilder builder, PersonRequirement requirement)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(policy => policy
            .AddAuthenticationSchemes(Persons.Scheme)
            .RequireAuthenticatedUser()
            .AddRequirements(requirement));
}

internal sealed class PersonRequirementHandler : AuthorizationHandler<PersonRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, PersonRequirement requirement)
    {
        if (context.User.Identity is not { IsAuthenticated: true })
        {
            return Task.CompletedTask;
        }

        var roles = context.User.FindAll(Persons.RoleClaim).Select(claim => claim.Value).ToList();
        if (requirement.Roles.Count > 0 && !requirement.Roles.Intersect(roles, StringComparer.Ordinal).Any())
        {
            Fail(context, $"This needs the role {string.Join(" or ", requirement.Roles)}; you have {(roles.Count == 0 ? "none" : string.Join(", ", roles))}.");
        }
        else if (!context.User.HasScope(Persons.FullScope) && !(requirement.DelegableScope is { } scope && context.User.HasScope(scope)))
        {
            Fail(context, requirement.DelegableScope is null
                ? "This needs a direct login, not a delegated token."
                : $"This needs a direct login or the scope '{requirement.DelegableScope}'.");
        }
        else
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }

    private void Fail(AuthorizationHandlerContext context, string reason) => context.Fail(new AuthorizationFailureReason(this, reason));
}
