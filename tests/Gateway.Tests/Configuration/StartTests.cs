using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Signing;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Tests.Hosting;
using Scanlock.Testing;
using Scanlock.Web;
using Scanlock.Web.Auditing;

namespace Scanlock.Gateway.Tests.Configuration;

public sealed class StartTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public async Task Every_fault_of_the_configuration_is_listed_and_the_gateway_does_not_start()
    {
        var message = await FaultsAsync("""
            {
              "Gateway": {"Name": "a b", "Country": "Italy", "PublicUrl": "x", "Listen": "http://0.0.0.0:1", "StateDirectory": "s", "KeyDirectory": "s/keys"},
              "Brokers": [{"Name": "hub", "KeyFile": "nowhere.pem"}, {"Nam": "typo"}],
              "Agents": [{"Site": "", "Organisation": "", "Country": "it", "KeyFile": ""}],
              "Datasets": {"ShardBytes": 3},
              "Intake": {"Workers": 0, "WorkersPerSender": 1, "WaitSeconds": 0},
              "Surprise": {}
            }
            """);
        Assert.All(
            (string[])["Surprise", "Gateway:Name", "Gateway:Organisation", "Gateway:Country", "Gateway:PublicUrl", "Gateway:KeyDirectory", "nowhere.pem", "'Nam'",
                "Agents:0:Site", "Agents:0:Country", "Datasets:ShardBytes", "1 to 256 Workers", "Intake:WorkersPerSender", "Intake:WaitSeconds"],
            fault => Assert.Contains(fault, message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Plain_http_beyond_loopback_is_refused() =>
        Assert.Contains("0.0.0.0", await FaultsAsync(Plain("http://0.0.0.0:7080")), StringComparison.Ordinal);

    [Fact]
    public async Task A_key_that_others_can_read_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "modes are Unix's");
        await (await GatewayHost.BuildAsync(["--config", await ConfigAsync(Plain($"http://127.0.0.1:{Ports.Free()}"))], null, CancellationToken.None)).DisposeAsync();
        var key = _folder["keys", "statement.pem"];
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.Contains("statement.pem", await FaultsAsync(Plain("http://127.0.0.1:1")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_gateway_keeps_its_identity_over_a_restart()
    {
        await using var hospital = await Hospital.StartAsync();
        var before = (await hospital.GetAsync(GatewayRoutes.Identity, null)).As(ContractsJson.Strict.GatewayIdentity);
        Assert.Equal(before.Key, VerifyingKey.FromPem(before.KeyPem).Id);
        await hospital.RestartAsync();
        Assert.Equal(before, (await hospital.GetAsync(GatewayRoutes.Identity, null)).As(ContractsJson.Strict.GatewayIdentity));
        Assert.Equal(HttpStatusCode.OK, (await hospital.GetAsync(GatewayRoutes.Health, null)).Status);
    }

    [Fact]
    [Trait("promise", "P7")]
    public async Task Every_endpoint_says_who_may_call_it_and_what_it_logs_or_why_not()
    {
        await using var hospital = await Hospital.StartAsync();
        var endpoints = hospital.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToList();
        Assert.True(endpoints.Count > 30);
        Assert.DoesNotContain(endpoints, endpoint => endpoint.Metadata.GetMetadata<IAuthorizeData>() is null
            && endpoint.Metadata.GetMetadata<AuthorizationPolicy>() is null && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null);
        Assert.DoesNotContain(endpoints, endpoint => endpoint.Metadata.GetMetadata<AuditedMetadata>() is null && endpoint.Metadata.GetMetadata<NotAuditedMetadata>() is null);
        Assert.All(endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<AuditedMetadata>()).OfType<AuditedMetadata>(), audited => Assert.Contains(audited.Act, Acts.All));
        var mapped = endpoints.Select(endpoint => endpoint.RoutePattern.RawText!.TrimEnd('/')).ToHashSet();
        var routes = typeof(GatewayRoutes).GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!);
        Assert.All(routes, route => Assert.Contains(mapped, pattern => pattern == route || pattern.StartsWith(route + "/{**", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_api_is_described()
    {
        await using var hospital = await Hospital.StartAsync();
        var document = (await hospital.GetAsync("/openapi/v1.json", null)).Json;
        Assert.True(document.GetProperty("paths").TryGetProperty(GatewayRoutes.Requests, out _));
    }

    [Fact]
    public async Task On_one_machine_the_gateway_is_its_own_issuer()
    {
        var url = $"http://127.0.0.1:{Ports.Free()}";
        await File.WriteAllTextAsync(_folder["password"], "correct horse battery");
        await File.WriteAllTextAsync(_folder["secret"], "a-client-secret");
        var config = await ConfigAsync(Plain(url).Replace(
            "\"Brokers\"",
            $$"""
            "Issuers": [{"Issuer": "{{url}}", "Organisations": ["saint-brannoch"], "Roles": ["steward"]}],
            "LocalIssuer": {"Enabled": true, "Audiences": ["http://127.0.0.1:9/hub"],
              "Accounts": [{"Username": "stella", "PasswordFile": "password", "Organisation": "saint-brannoch", "Roles": ["steward"]}],
              "Clients": [{"ClientId": "stella-cli", "SecretFile": "secret", "ActsAs": "stella"}]},
            "Brokers"
            """));
        await using var app = await GatewayHost.BuildAsync(["--config", config], null, CancellationToken.None);
        await app.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new(url) };
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials", ["client_id"] = "stella-cli", ["client_secret"] = "a-client-secret", ["scope"] = "full",
        });
        using var answer = await http.PostAsync("/connect/token", form);
        var token = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("access_token").GetString();
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        Assert.Equal("[]", await http.GetStringAsync(GatewayRoutes.Datasets));
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
    }

    public void Dispose() => _folder.Dispose();

    private static string Plain(string listen) => $$"""
        {"Gateway": {"Name": "g", "Organisation": "saint-brannoch", "Country": "IT", "PublicUrl": "{{listen}}", "Listen": "{{listen}}",
          "StateDirectory": "state", "KeyDirectory": "keys"}, "Brokers": []}
        """;

    private async Task<string> ConfigAsync(string json)
    {
        await File.WriteAllTextAsync(_folder["gateway.json"], json);
        return _folder["gateway.json"];
    }

    private async Task<string> FaultsAsync(string json)
    {
        var config = await ConfigAsync(json);
        return (await Assert.ThrowsAsync<HostConfigurationException>(() => GatewayHost.BuildAsync(["--config", config], null, CancellationToken.None))).Message;
    }
}
