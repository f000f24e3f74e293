using System.Text.Json.Serialization;

namespace Scanlock.Web.Identity;

/// <summary>OAuth 2.0 protected resource metadata (RFC 9728): how a client learns where to get tokens for this host.</summary>
internal sealed record ProtectedResource(string Resource, IReadOnlyList<string> AuthorizationServers, IReadOnlyList<string> ScopesSupported)
{
    public const string Path = "/.well-known/oauth-protected-resource";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProtectedResource))]
internal sealed partial class ProtectedResourceJson : JsonSerializerContext;
