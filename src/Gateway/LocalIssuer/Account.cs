using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Scanlock.Gateway.LocalIssuer;

/// <summary>A person with a password here.</summary>
internal sealed class Account : IdentityUser
{
    public string Organisation { get; set; } = "";

    /// <summary>Roles, space separated; a closed list of single words.</summary>
    public string RoleNames { get; set; } = "";
}

/// <summary>A refresh token that was given out, by the hash of its value.</summary>
internal sealed class RefreshToken
{
    public required string Hash { get; init; }

    /// <summary>Tokens that follow one another since one login; a used one that comes back ends them all.</summary>
    public required string Family { get; init; }

    public required string AccountId { get; init; }

    public required string ClientId { get; init; }

    public required string Scope { get; init; }

    /// <summary>The one audience the login was for; null where its client may choose among those this issuer knows.</summary>
    public string? Resource { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long ExpiresAt { get; init; }

    public bool Used { get; set; }
}

/// <summary>The issuer's own database, apart from the gateway's: accounts and refresh tokens.</summary>
internal sealed class IssuerContext(DbContextOptions<IssuerContext> options) : IdentityUserContext<Account>(options)
{
    public DbSet<RefreshToken> RefreshTokens => Set<RefreshToken>();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<RefreshToken>(token =>
        {
            token.HasKey(t => t.Hash);
            token.HasIndex(t => t.Family);
        });
    }
}
