using Scanlock.Contracts.Access;

namespace Scanlock.Gateway.LocalIssuer;

/// <summary>The gateway as an OIDC issuer of its own, for one machine or one hospital without another.</summary>
public sealed record LocalIssuerOptions
{
    /// <summary>The public client that every CLI is.</summary>
    public const string CliClientId = "scanlock-cli";

    public static LocalIssuerOptions Disabled { get; } = new();

    public bool Enabled { get; init; }

    /// <summary>Accounts that exist from the first start on; the first admin is one of them.</summary>
    public IReadOnlyList<AccountOptions> Accounts { get; init; } = [];

    /// <summary>Unattended clients (client credentials) and web clients (authorization code). The CLI needs no entry.</summary>
    public IReadOnlyList<ClientOptions> Clients { get; init; } = [];

    /// <summary>Public URLs of other hosts it may make tokens for, such as a broker on the same machine.</summary>
    public IReadOnlyList<string> Audiences { get; init; } = [];

    /// <summary>Serve it although the gateway listens beyond loopback.</summary>
    public bool AllowRemote { get; init; }

    public int AccessTokenMinutes { get; init; } = 15;

    /// <summary>Everything wrong with these settings, in sentences.</summary>
    public IEnumerable<string> Problems(string listen)
    {
        if (!Enabled)
        {
            yield break;
        }

        if (!AllowRemote && !new Uri(listen).IsLoopback)
        {
            yield return "LocalIssuer: serves loopback only; set AllowRemote to serve it elsewhere, over TLS.";
        }

        foreach (var account in Accounts)
        {
            foreach (var role in account.Roles.Except(Roles.All, StringComparer.Ordinal))
            {
                yield return $"LocalIssuer: account '{account.Username}' has the role '{role}', which is none of {string.Join(", ", Roles.All)}.";
            }

            if (!File.Exists(account.PasswordFile))
            {
                yield return $"LocalIssuer: account '{account.Username}' has no password file '{account.PasswordFile}'.";
            }
        }

        foreach (var client in Clients)
        {
            if (client.ClientId == CliClientId || !File.Exists(client.SecretFile))
            {
                yield return $"LocalIssuer: client '{client.ClientId}' needs a name of its own and a secret file that exists.";
            }

            if (client.ActsAs is not null && Accounts.All(account => account.Username != client.ActsAs))
            {
                yield return $"LocalIssuer: client '{client.ClientId}' acts as '{client.ActsAs}', which is no account.";
            }
        }
    }
}

/// <param name="PasswordFile">Holds the first password; read when the account is made, never after.</param>
public sealed record AccountOptions(string Username, string PasswordFile, string Organisation, IReadOnlyList<string> Roles);

/// <param name="ActsAs">The account whose organisation and roles the client's own tokens carry; null for a client without such tokens.</param>
/// <param name="RedirectUris">Where authorization codes may be sent; none for an unattended client.</param>
public sealed record ClientOptions(string ClientId, string SecretFile, string? ActsAs = null, IReadOnlyList<string>? RedirectUris = null);
