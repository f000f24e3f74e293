using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Scanlock.Gateway.LocalIssuer;
using Scanlock.Web.Identity;

namespace Scanlock.Gateway.Tests.LocalIssuer;

public sealed class LocalIssuerTests : IAsyncLifetime
{
    private IssuerHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await IssuerHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_client_credential_opens_what_its_account_may_and_no_more()
    {
        var token = await _host.ClientTokenAsync();

        Assert.Equal((HttpStatusCode.OK, "unito"), await _host.GetAsync("/researcher", token));
        var (status, body) = await _host.GetAsync("/steward", token);
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Equal("This needs the role steward; you have researcher.", JsonDocument.Parse(body).RootElement.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Without_a_token_the_answer_says_to_sign_in()
    {
        var (status, body) = await _host.GetAsync("/researcher", token: null);
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Contains("scanlock login", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_for_another_audience_or_from_a_changed_payload_opens_nothing()
    {
        var other = await _host.ClientTokenAsync(resource: IssuerHost.OtherAudience);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _host.GetAsync("/researcher", other)).Status);

        var parts = (await _host.ClientTokenAsync()).Split('.');
        var claims = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1])).Replace("researcher", "steward", StringComparison.Ordinal);
        var forged = $"{parts[0]}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.{parts[2]}";
        Assert.Equal(HttpStatusCode.Unauthorized, (await _host.GetAsync("/steward", forged)).Status);
    }

    [Fact]
    public async Task A_delegated_token_opens_only_what_may_be_delegated()
    {
        var token = await _host.ClientTokenAsync("request read");
        Assert.Equal(HttpStatusCode.OK, (await _host.GetAsync("/delegable", token)).Status);
        var (status, body) = await _host.GetAsync("/researcher", token);
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("direct login", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nightly", "wrong", "invalid_client")]
    [InlineData("nobody", "a-client-secret", "invalid_client")]
    [InlineData("portal", "a-client-secret", "invalid_client")]
    public async Task A_client_that_is_wrong_or_acts_for_nobody_gets_no_token(string client, string secret, string error)
    {
        var (status, json) = await _host.PostAsync("/connect/token", ("grant_type", "client_credentials"), ("client_id", client), ("client_secret", secret));
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Equal(error, json.GetProperty("error").GetString());
    }

    [Fact]
    public async Task The_device_flow_waits_for_the_person_and_then_signs_them_in()
    {
        var (_, begun) = await _host.PostAsync("/connect/device", ("client_id", LocalIssuerOptions.CliClientId), ("scope", "full"));
        var (status, waiting) = await _host.PollAsync(begun.GetProperty("device_code").GetString()!);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("authorization_pending", waiting.GetProperty("error").GetString());

        var tokens = await _host.DeviceLoginAsync("stella");
        Assert.Equal(HttpStatusCode.OK, (await _host.GetAsync("/steward", tokens.GetProperty("access_token").GetString())).Status);
    }

    [Fact]
    public async Task A_refused_device_gets_access_denied()
    {
        var (_, begun) = await _host.PostAsync("/connect/device", ("client_id", LocalIssuerOptions.CliClientId));
        using var page = await _host.PostFormAsync("/device", ("user_code", begun.GetProperty("user_code").GetString()!), ("decision", "deny"));
        var (_, answer) = await _host.PollAsync(begun.GetProperty("device_code").GetString()!);
        Assert.Equal("access_denied", answer.GetProperty("error").GetString());
    }

    [Fact]
    public async Task A_refresh_token_narrows_but_never_widens_and_its_second_use_ends_the_session()
    {
        var first = (await _host.DeviceLoginAsync("rosa")).GetProperty("refresh_token").GetString()!;
        var (status, second) = await RefreshAsync(first, "request read");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("request read", second.GetProperty("scope").GetString());

        Assert.Equal("invalid_grant", (await RefreshAsync(first, "full")).Json.GetProperty("error").GetString());
        Assert.Equal("invalid_grant", (await RefreshAsync(second.GetProperty("refresh_token").GetString()!, "full")).Json.GetProperty("error").GetString());
    }

    [Fact]
    public async Task A_code_is_redeemed_once_and_only_with_its_verifier()
    {
        var verifier = new string('v', 64);
        var code = await AuthorizeAsync(verifier, IssuerHost.Password);
        Assert.Equal("invalid_grant", (await RedeemAsync(code, new string('x', 64))).Json.GetProperty("error").GetString());

        code = await AuthorizeAsync(verifier, IssuerHost.Password);
        var (status, tokens) = await RedeemAsync(code, verifier);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(HttpStatusCode.OK, (await _host.GetAsync("/researcher", tokens.GetProperty("access_token").GetString())).Status);
        Assert.True(tokens.TryGetProperty("id_token", out _));
        Assert.Equal("invalid_grant", (await RedeemAsync(code, verifier)).Json.GetProperty("error").GetString());
    }

    [Fact]
    public async Task A_websites_sign_in_is_for_the_resource_the_person_agreed_to_and_no_other()
    {
        var verifier = new string('v', 64);
        var (_, stolen) = await RedeemAsync(await AuthorizeAsync(verifier, IssuerHost.Password), verifier, IssuerHost.OtherAudience);
        Assert.Equal("invalid_target", stolen.GetProperty("error").GetString());

        var (status, tokens) = await RedeemAsync(await AuthorizeAsync(verifier, IssuerHost.Password), verifier);
        Assert.Equal(HttpStatusCode.OK, status);
        var refresh = tokens.GetProperty("refresh_token").GetString()!;
        Assert.Equal("invalid_target", (await RefreshWebsiteAsync(refresh, IssuerHost.OtherAudience)).Json.GetProperty("error").GetString());
        var (again, next) = await RefreshWebsiteAsync(refresh, "");
        Assert.Equal(HttpStatusCode.OK, again);
        Assert.Equal(HttpStatusCode.OK, (await _host.GetAsync("/researcher", next.GetProperty("access_token").GetString())).Status);
        Assert.Equal(HttpStatusCode.OK, (await RefreshWebsiteAsync(next.GetProperty("refresh_token").GetString()!, _host.Url)).Status);
    }

    [Fact]
    public async Task The_command_line_chooses_among_the_resources_this_issuer_knows()
    {
        var refresh = (await _host.DeviceLoginAsync("rosa")).GetProperty("refresh_token").GetString()!;
        var form = new[] { ("grant_type", "refresh_token"), ("client_id", LocalIssuerOptions.CliClientId), ("refresh_token", refresh) };
        Assert.Equal("invalid_target", (await _host.PostAsync("/connect/token", [.. form, ("resource", "http://evil.example")])).Json.GetProperty("error").GetString());
        Assert.Equal(HttpStatusCode.OK, (await _host.PostAsync("/connect/token", [.. form, ("resource", IssuerHost.OtherAudience)])).Status);
    }

    [Fact]
    public async Task A_stranger_redirect_is_refused_on_the_page_and_gets_nothing()
    {
        using var page = await _host.Http.GetAsync("/connect/authorize?client_id=portal&redirect_uri=http://evil.example/&response_type=code&scope=openid");
        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        Assert.Null(page.Headers.Location);
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_the_account_and_the_right_one_does_not_open_it()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(await TryAuthorizeAsync(new string('v', 64), "wrong password here"));
        }

        Assert.Null(await TryAuthorizeAsync(new string('v', 64), IssuerHost.Password));
    }

    [Fact]
    public async Task A_body_with_an_unknown_member_is_refused_with_its_path()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/purpose")
        {
            Content = new StringContent("""{"permission":"HMB","conditions":[],"disease":null,"colour":"red"}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new("Bearer", await _host.ClientTokenAsync());
        using var answer = await _host.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("$.colour", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private Task<(HttpStatusCode Status, JsonElement Json)> RefreshAsync(string token, string scope) => _host.PostAsync(
        "/connect/token", ("grant_type", "refresh_token"), ("client_id", LocalIssuerOptions.CliClientId), ("refresh_token", token), ("scope", scope));

    private Task<(HttpStatusCode Status, JsonElement Json)> RefreshWebsiteAsync(string token, string resource) => _host.PostAsync(
        "/connect/token",
        ("grant_type", "refresh_token"), ("client_id", "portal"), ("client_secret", "a-client-secret"), ("refresh_token", token), ("resource", resource));

    private Task<(HttpStatusCode Status, JsonElement Json)> RedeemAsync(string code, string verifier, string resource = "") => _host.PostAsync(
        "/connect/token",
        ("grant_type", "authorization_code"), ("client_id", "portal"), ("client_secret", "a-client-secret"), ("code", code),
        ("redirect_uri", "http://127.0.0.1:1/callback"), ("code_verifier", verifier), ("resource", resource));

    private async Task<string> AuthorizeAsync(string verifier, string password) =>
        await TryAuthorizeAsync(verifier, password) ?? throw new InvalidOperationException("No code came back.");

    private async Task<string?> TryAuthorizeAsync(string verifier, string password)
    {
        using var answer = await _host.PostFormAsync(
            "/connect/authorize",
            ("client_id", "portal"), ("redirect_uri", "http://127.0.0.1:1/callback"), ("response_type", "code"), ("scope", $"openid {Persons.FullScope}"),
            ("state", "s"), ("code_challenge", Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))), ("code_challenge_method", "S256"),
            ("username", "rosa"), ("password", password), ("decision", "allow"));
        if (answer.StatusCode != HttpStatusCode.SeeOther)
        {
            return null;
        }

        var query = answer.Headers.Location!.Query.TrimStart('?').Split('&').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.Equal("s", query["state"]);
        return query["code"];
    }
}
