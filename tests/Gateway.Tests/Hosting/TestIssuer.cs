using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Scanlock.Gateway.Tests.Hosting;

/// <summary>An OIDC issuer of its own: discovery, keys, and tokens as it likes. One for all tests.</summary>
internal sealed class TestIssuer
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private TestIssuer(string url) => Url = url;

    public string Url { get; private set; }

    public static async Task<TestIssuer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var issuer = new TestIssuer("");
        app.MapGet("/.well-known/openid-configuration", () => TypedResults.Text($$"""{"issuer":"{{issuer.Url}}","jwks_uri":"{{issuer.Url}}/jwks"}""", "application/json"));
        app.MapGet("/jwks", () => TypedResults.Text(issuer.Jwks(), "application/json"));
        await app.StartAsync();
        issuer.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return issuer;
    }

    /// <summary>An access token of five minutes.</summary>
    public string Token(string subject, string organisation, string[] roles, string scope, string audience)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var payload = JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["iss"] = Url, ["sub"] = subject, ["aud"] = audience, ["organisation"] = organisation, ["roles"] = roles, ["scope"] = scope,
            ["iat"] = now, ["nbf"] = now - 5, ["exp"] = now + 300, ["jti"] = Guid.NewGuid().ToString(),
        });
        var signed = $"{Encode("""{"alg":"ES256","kid":"test","typ":"at+jwt"}""")}.{Encode(payload)}";
        return $"{signed}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    private string Jwks()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        return $$"""{"keys":[{"kty":"EC","crv":"P-256","use":"sig","alg":"ES256","kid":"test","x":"{{Base64Url.EncodeToString(point.X)}}","y":"{{Base64Url.EncodeToString(point.Y)}}"}]}""";
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
