using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Scanlock.Broker.Tests.Ends;

/// <summary>An OIDC issuer that signs whatever a test says of a person.</summary>
internal sealed class TestIssuer : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static string Discovery(string url) => $$"""{"issuer":"{{url}}","jwks_uri":"{{url}}/jwks"}""";

    public string Keys()
    {
        var q = _key.ExportParameters(false).Q;
        return $$"""{"keys":[{"kty":"EC","crv":"P-256","kid":"1","use":"sig","x":"{{Base64UrlEncoder.Encode(q.X)}}","y":"{{Base64UrlEncoder.Encode(q.Y)}}"}]}""";
    }

    public string TokenFor(string issuer, string audience, string subject, string roles, string scope) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = issuer,
        Audience = audience,
        Expires = TimeProvider.System.GetUtcNow().AddHours(1).UtcDateTime,
        TokenType = "at+jwt",
        Subject = new ClaimsIdentity([new("sub", subject), new("organisation", "unito"), new("roles", roles), new("scope", scope)]),
        SigningCredentials = new(new ECDsaSecurityKey(_key) { KeyId = "1" }, SecurityAlgorithms.EcdsaSha256),
    });

    public void Dispose() => _key.Dispose();
}
