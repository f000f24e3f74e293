using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Scanlock.Gateway.Storage.Blobs;
using Scanlock.Gateway.Storage.Blobs.AzureStorage;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Storage;

/// <summary>Tokens of Microsoft Entra, as Azurite reads them: it checks what they claim, not who signed them.</summary>
public sealed class AzureIdentityTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public async Task A_token_for_storage_opens_the_container_over_https_and_any_other_does_not()
    {
        Assert.SkipWhen(Azurite.Missing is not null, $"No Azurite: {Azurite.Missing}.");
        using var certificate = await WriteCertificateAsync();
        await using var azurite = await Azurite.StartAsync((_folder["tls.pem"], _folder["tls.key"]));
        var container = new TestContainer(azurite.AccountUrl, "scans", azurite.Key);
        using var handler = new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null && shown.GetCertHashString() == certificate.Thumbprint },
        };
        using var http = new HttpClient(handler);
        using var transport = new HttpClientTransport(http);
        await container.CreateAsync(new() { Transport = transport });

        var content = RandomNumberGenerator.GetBytes((4 << 20) + 1);
        var store = Store("https://storage.azure.com");
        await store.CheckAsync(CancellationToken.None);
        await store.WriteAsync("bodies/d/part", content, CancellationToken.None);
        Assert.Equal(content, await store.ReadSmallAsync("bodies/d/part", content.Length, CancellationToken.None));
        var refused = await Assert.ThrowsAsync<BlobStoreException>(() => Store("https://graph.microsoft.com").OpenReadAsync("bodies/d/part", CancellationToken.None));
        Assert.Contains("AuthenticationFailed", refused.Message, StringComparison.Ordinal);

        AzureBlobStore Store(string audience) =>
            new(new(container.Url, new BlobCredential.Identity(new ClaimedToken(audience))), new(TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(60)) { Transport = transport });
    }

    public void Dispose() => _folder.Dispose();

    private async Task<X509Certificate2> WriteCertificateAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        await File.WriteAllTextAsync(_folder["tls.pem"], certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(_folder["tls.key"], key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }

    /// <summary>An unsigned token with the claims that Azurite asks for.</summary>
    private sealed class ClaimedToken(string audience) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Assert.Equal(["https://storage.azure.com/.default"], requestContext.Scopes);
            var now = TimeProvider.System.GetUtcNow();
            var claims = JsonSerializer.Serialize(new
            {
                aud = audience, iss = "https://sts.windows.net/9b5a0a5e-0000-4000-8000-000000000000/", iat = now.AddMinutes(-1).ToUnixTimeSeconds(),
                nbf = now.AddMinutes(-1).ToUnixTimeSeconds(), exp = now.AddHours(1).ToUnixTimeSeconds(),
            });
            return new($"{Part("""{"alg":"RS256","typ":"JWT"}""")}.{Part(claims)}.{Part("unsigned")}", now.AddHours(1));
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));

        private static string Part(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
    }
}
