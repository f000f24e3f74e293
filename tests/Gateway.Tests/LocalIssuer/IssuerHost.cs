using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Signing;
using Scanlock.Gateway.LocalIssuer;
using Scanlock.Testing;
using Scanlock.Web;
using Scanlock.Web.Auditing;
using Scanlock.Web.Identity;

namespace Scanlock.Gateway.Tests.LocalIssuer;

/// <summary>The local issuer and one resource beside it, on a real port: what every host does with its tokens.</summary>
internal sealed class IssuerHost : IAsyncDisposable
{
    public const string Password = "correct horse battery";
    public const string OtherAudience = "http://127.0.0.1:9/other";

    private readonly TestFolder _folder;
    private readonly WebApplication _app;
    private readonly SigningKey _key;

    private IssuerHost(TestFolder folder, WebApplication app, SigningKey key, string url)
    {
        (_folder, _app, _key, Url) = (folder, app, key, url);
        Http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new(url) };
    }

    public string Url { get; }

    public HttpClient Http { get; }

    public static async Task<IssuerHost> StartAsync()
    {
        var folder = new TestFolder();
        await File.WriteAllTextAsync(folder["password"], Password);
        await File.WriteAllTextAsync(folder["secret"], "a-client-secret");
        await File.WriteAllTextAsync(folder["host.json"], "{}");
        var url = $"http://127.0.0.1:{Ports.Free()}";
        var options = new LocalIssuerOptions
        {
            Enabled = true,
            Accounts = [new("rosa", folder["password"], "unito", [Roles.Researcher]), new("stella", folder["password"], "saint-brannoch", [Roles.Steward])],
            Clients = [new("nightly", folder["secret"], "rosa", null), new("portal", folder["secret"], null, ["http://127.0.0.1:1/callback"])],
            Audiences = [OtherAudience],
        };
        var builder = ScanlockHost.CreateBuilder(["--config", folder["host.json"]]);
        builder.AddScanlockHost(url, url, [new(url, ["unito", "saint-brannoch"], Roles.All)]);
        var key = SigningKey.Create();
        builder.Services.AddLocalIssuer(options, url, key, folder["issuer.db"]);
        var app = builder.Build();
        app.UseScanlockHost();
        app.MapLocalIssuer();
        app.MapGet("/steward", () => "ok").RequireRoles(Roles.Steward).NotAudited("test");
        app.MapGet("/researcher", (HttpContext context) => TypedResults.Text(context.User.ToPerson().Organisation)).RequireRoles(Roles.Researcher).NotAudited("test");
        app.MapGet("/delegable", () => "ok").RequireDelegable(Persons.RequestScope, Roles.Researcher).NotAudited("test");
        app.MapPost("/purpose", (Purpose purpose) => purpose.Permission).RequireRoles().NotAudited("test");
        await app.Services.PrepareLocalIssuerAsync(CancellationToken.None);
        await app.StartAsync();
        return new(folder, app, key, url);
    }

    /// <summary>Posts a form; the answer's status and JSON.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Json)> PostAsync(string path, params (string Name, string Value)[] form)
    {
        using var answer = await PostFormAsync(path, form);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    public async Task<HttpResponseMessage> PostFormAsync(string path, params (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        return await Http.PostAsync(path, content);
    }

    public async Task<(HttpStatusCode Status, string Body)> GetAsync(string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        using var answer = await Http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async Task<string> ClientTokenAsync(string scope = Persons.FullScope, string resource = "")
    {
        var (status, json) = await PostAsync(
            "/connect/token",
            ("grant_type", "client_credentials"), ("client_id", "nightly"), ("client_secret", "a-client-secret"), ("scope", scope), ("resource", resource));
        Assert.Equal(HttpStatusCode.OK, status);
        return json.GetProperty("access_token").GetString()!;
    }

    /// <summary>The whole device flow as a program and its person go through it; the token endpoint's answer.</summary>
    public async Task<JsonElement> DeviceLoginAsync(string username)
    {
        var (_, begun) = await PostAsync("/connect/device", ("client_id", LocalIssuerOptions.CliClientId), ("scope", "full offline_access"));
        using var page = await PostFormAsync(
            "/device", ("user_code", begun.GetProperty("user_code").GetString()!), ("username", username), ("password", Password), ("decision", "allow"));
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var (status, tokens) = await PollAsync(begun.GetProperty("device_code").GetString()!);
        Assert.Equal(HttpStatusCode.OK, status);
        return tokens;
    }

    public Task<(HttpStatusCode Status, JsonElement Json)> PollAsync(string deviceCode) => PostAsync(
        "/connect/token", ("grant_type", TokenEndpoint.DeviceGrant), ("client_id", LocalIssuerOptions.CliClientId), ("device_code", deviceCode));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        _key.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }
}
