using System.Text.Json.Serialization;

namespace Scanlock.Gateway.LocalIssuer;

/// <summary>Discovery document (OpenID Connect Discovery 1.0, RFC 8414).</summary>
internal sealed record DiscoveryDocument(
    string Issuer,
    string AuthorizationEndpoint,
    string TokenEndpoint,
    string DeviceAuthorizationEndpoint,
    string JwksUri,
    IReadOnlyList<string> ResponseTypesSupported,
    IReadOnlyList<string> GrantTypesSupported,
    IReadOnlyList<string> ScopesSupported,
    IReadOnlyList<string> SubjectTypesSupported,
    IReadOnlyList<string> IdTokenSigningAlgValuesSupported,
    IReadOnlyList<string> CodeChallengeMethodsSupported,
    IReadOnlyList<string> TokenEndpointAuthMethodsSupported);

internal sealed record KeySet(IReadOnlyList<PublicJwk> Keys);

internal sealed record PublicJwk(string Kty, string Crv, string X, string Y, string Kid, string Use, string Alg);

/// <summary>RFC 8628 section 3.2.</summary>
internal sealed record DeviceAnswer(string DeviceCode, string UserCode, string VerificationUri, string VerificationUriComplete, int ExpiresIn, int Interval);

/// <summary>RFC 6749 section 5.1.</summary>
internal sealed record TokenAnswer(string AccessToken, string TokenType, int ExpiresIn, string Scope, string? RefreshToken, string? IdToken);

/// <summary>RFC 6749 section 5.2.</summary>
internal sealed record TokenError(string Error, string ErrorDescription);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DiscoveryDocument))]
[JsonSerializable(typeof(KeySet))]
[JsonSerializable(typeof(DeviceAnswer))]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(TokenError))]
internal sealed partial class IssuerJson : JsonSerializerContext;
