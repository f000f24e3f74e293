using System.Text.Json;
using System.Text.Json.Serialization;

namespace Scanlock.Cli.Hosts;

/// <summary>Speaks OAuth with an issuer: discovery, device flow, tokens.</summary>
internal sealed class IssuerClient(HttpClient http, TimeProvider time)
{
    public const string CliClientId = "scanlock-cli";

    /// <summary>The issuer that makes tokens for a host, asked of the host itself (RFC 9728).</summary>
    public async Task<(string Resource, string Issuer)> IssuerOfAsync(Uri host, CancellationToken cancellationToken)
    {
        var resource = await GetAsync(new Uri(host, "/.well-known/oauth-protected-resource"), OAuthJson.Default.ResourceMetadata, cancellationToken);
        return resource.AuthorizationServers is [var issuer, ..]
            ? (resource.Resource, issuer)
            : throw HostProblemException.Local("no-issuer", $"{host} trusts no issuer: nobody can sign in there.");
    }

    public async Task<IssuerMetadata> DiscoverAsync(string issuer, CancellationToken cancellationToken)
    {
        var metadata = await GetAsync(Address(issuer.TrimEnd('/') + "/.well-known/openid-configuration"), OAuthJson.Default.IssuerMetadata, cancellationToken);
        return metadata.Issuer == issuer
            ? metadata
            : throw HostProblemException.Local("issuer-mismatch", $"{issuer} says it is {metadata.Issuer}; not signing in there.");
    }

    public Task<DeviceAuthorization> BeginDeviceAsync(IssuerMetadata issuer, CancellationToken cancellationToken) => PostAsync(
        issuer.DeviceAuthorizationEndpoint ?? throw HostProblemException.Local("no-device-flow", $"{issuer.Issuer} offers no device flow."),
        new() { ["client_id"] = CliClientId, ["scope"] = "full offline_access" },
        OAuthJson.Default.DeviceAuthorization,
        cancellationToken);

    /// <summary>Waits until the person has approved, at the pace the issuer asks for (RFC 8628 section 3.5).</summary>
    public async Task<TokenResponse> WaitForDeviceAsync(string tokenEndpoint, DeviceAuthorization device, CancellationToken cancellationToken)
    {
        var interval = TimeSpan.FromSeconds(device.Interval ?? 5);
        var until = time.GetUtcNow().AddSeconds(device.ExpiresIn);
        while (time.GetUtcNow() < until)
        {
            await Task.Delay(interval, time, cancellationToken);
            var (token, error) = await TryTokenAsync(
                tokenEndpoint,
                new() { ["grant_type"] = "urn:ietf:params:oauth:grant-type:device_code", ["client_id"] = CliClientId, ["device_code"] = device.DeviceCode },
                cancellationToken);
            if (token is not null)
            {
                return token;
            }

            if (error!.Error == "slow_down")
            {
                interval += TimeSpan.FromSeconds(5);
            }
            else if (error.Error != "authorization_pending")
            {
                throw Refused(error);
            }
        }

        throw HostProblemException.Local("expired", "Nobody approved the sign-in in time; start again.");
    }

    public async Task<TokenResponse> TokenAsync(string tokenEndpoint, Dictionary<string, string> form, CancellationToken cancellationToken)
    {
        var (token, error) = await TryTokenAsync(tokenEndpoint, form, cancellationToken);
        return token ?? throw Refused(error!);
    }

    private async Task<(TokenResponse? Token, OAuthError? Error)> TryTokenAsync(string endpoint, Dictionary<string, string> form, CancellationToken cancellationToken)
    {
        using var content = new FormUrlEncodedContent(form);
        using var answer = await SendAsync(new(HttpMethod.Post, Address(endpoint)) { Content = content }, cancellationToken);
        if (answer.IsSuccessStatusCode)
        {
            return (await ReadAsync(answer, OAuthJson.Default.TokenResponse, cancellationToken), null);
        }

        return answer.Content.Headers.ContentType?.MediaType == "application/json"
            ? (null, await ReadAsync(answer, OAuthJson.Default.OAuthError, cancellationToken))
            : throw await HostProblemException.ReadAsync(answer, cancellationToken);
    }

    private async Task<T> GetAsync<T>(Uri url, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(new(HttpMethod.Get, url), cancellationToken);
        return answer.IsSuccessStatusCode ? await ReadAsync(answer, type, cancellationToken) : throw await HostProblemException.ReadAsync(answer, cancellationToken);
    }

    private async Task<T> PostAsync<T>(string url, Dictionary<string, string> form, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var content = new FormUrlEncodedContent(form);
        using var answer = await SendAsync(new(HttpMethod.Post, Address(url)) { Content = content }, cancellationToken);
        return answer.IsSuccessStatusCode ? await ReadAsync(answer, type, cancellationToken) : throw Refused(await ReadAsync(answer, OAuthJson.Default.OAuthError, cancellationToken));
    }

    /// <summary>An address that a host or an issuer named.</summary>
    private static Uri Address(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        ? address
        : throw HostProblemException.Local("bad-issuer", $"'{url}' cannot be an issuer's address; not signing in there.");

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            try
            {
                return await BoundedCall.SendAsync(http, request, HttpCompletionOption.ResponseContentRead, BoundedCall.AnswerPatience, cancellationToken);
            }
            catch (Exception e) when (e is HttpRequestException or TimeoutException)
            {
                throw HostProblemException.Unreachable(request.RequestUri!, e);
            }
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), type, cancellationToken)
                ?? throw new JsonException("null");
        }
        catch (JsonException)
        {
            throw HostProblemException.Local("no-issuer", $"{answer.RequestMessage?.RequestUri} does not answer like a Scanlock host or an OIDC issuer.");
        }
    }

    private static HostProblemException Refused(OAuthError error) =>
        HostProblemException.Local(error.Error.Replace('_', '-'), $"The issuer refused: {error.ErrorDescription ?? error.Error}");
}

internal sealed record ResourceMetadata(string Resource, IReadOnlyList<string> AuthorizationServers);

internal sealed record IssuerMetadata(string Issuer, string TokenEndpoint, string? DeviceAuthorizationEndpoint = null);

internal sealed record DeviceAuthorization(string DeviceCode, string UserCode, string VerificationUri, int ExpiresIn, string? VerificationUriComplete = null, int? Interval = null);

internal sealed record TokenResponse(string AccessToken, int ExpiresIn, string? Scope = null, string? RefreshToken = null);

internal sealed record OAuthError(string Error, string? ErrorDescription = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ResourceMetadata))]
[JsonSerializable(typeof(IssuerMetadata))]
[JsonSerializable(typeof(DeviceAuthorization))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(OAuthError))]
internal sealed partial class OAuthJson : JsonSerializerContext;
