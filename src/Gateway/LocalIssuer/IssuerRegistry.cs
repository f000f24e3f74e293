using System.Security.Cryptography;
using System.Text;
using Scanlock.Web.Identity;

namespace Scanlock.Gateway.LocalIssuer;

/// <summary>What the issuer knows from its configuration: its name, its clients, and the resources it makes tokens for.</summary>
internal sealed class IssuerRegistry(string issuer, LocalIssuerOptions options)
{
    private static readonly HashSet<string> s_scopes = new([Persons.FullScope, Persons.RequestScope, Persons.ReadScope, "openid", "offline_access"], StringComparer.Ordinal);

    public string Name => issuer;

    public static IReadOnlyList<string> Scopes => [.. s_scopes];

    /// <summary>The audience for a resource indicator (RFC 8707); this gateway where none is named; null for a stranger's.</summary>
    public string? AudienceOf(string resource) => resource.Length == 0 || resource == issuer
        ? issuer
        : options.Audiences.FirstOrDefault(audience => audience == resource);

    /// <summary>A confidential client whose secret fits, or null.</summary>
    public ClientOptions? Authenticate(TokenForm form)
    {
        var (id, secret) = form.Client();
        var client = options.Clients.FirstOrDefault(c => c.ClientId == id);
        return client is not null && CryptographicOperations.FixedTimeEquals(Hash(File.ReadAllText(client.SecretFile).Trim()), Hash(secret)) ? client : null;
    }

    /// <summary>The client that sends a form: the CLI by its name, any other by its secret.</summary>
    public string? ClientIdOf(TokenForm form) => form.Client().Id == LocalIssuerOptions.CliClientId
        ? LocalIssuerOptions.CliClientId
        : Authenticate(form)?.ClientId;

    /// <summary>Whether a browser may be sent back there: registered exactly, or loopback for the CLI (RFC 8252 section 7.3).</summary>
    public bool MayRedirect(string clientId, string redirectUri) => clientId == LocalIssuerOptions.CliClientId
        ? Uri.TryCreate(redirectUri, UriKind.Absolute, out var uri) && uri is { Scheme: "http", Host: "127.0.0.1" or "[::1]" }
        : options.Clients.FirstOrDefault(c => c.ClientId == clientId)?.RedirectUris?.Contains(redirectUri, StringComparer.Ordinal) == true;

    /// <summary>The scopes asked for if all are known; null otherwise.</summary>
    public static string? Known(string scope)
    {
        var scopes = scope.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return scopes.Length > 0 && scopes.All(s_scopes.Contains) ? string.Join(' ', scopes) : null;
    }

    /// <summary>What was asked for within what was granted; a full login covers every scope; null where it asks for more.</summary>
    public static string? Narrow(string granted, string wanted)
    {
        var have = granted.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        return Known(wanted) is { } known && (have.Contains(Persons.FullScope) || known.Split(' ').All(have.Contains)) ? known : null;
    }

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
