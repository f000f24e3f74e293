using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Scanlock.Audit;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Audit;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Signing;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Hosting;

/// <summary>
/// A real gateway on loopback, with its own folders, keys, log and intake; and the people around it. The hub's and the site's ends are
/// played by <see cref="Hub"/> with their real keys.
/// </summary>
internal sealed class Hospital : IAsyncDisposable
{
    public const string Dataset = "covid-ct";
    public const string Site = "demo-cluster";
    private static readonly string IntakeWorker = Path.Combine(Path.GetDirectoryName(Repository.Output("Gateway", "."))!, "intake", "Scanlock.Intake.dll");
    private static readonly Lazy<Task<TestIssuer>> s_issuer = new(TestIssuer.StartAsync);

    private readonly TestFolder _folder;
    private readonly TestIssuer _issuer;
    private WebApplication _app;

    private Hospital(TestFolder folder, TestIssuer issuer, string url, SigningKey broker, SigningKey agent)
    {
        (_folder, _issuer, Url, BrokerKey, AgentKey, _app) = (folder, issuer, url, broker, agent, null!);
        Http = new(new SocketsHttpHandler()) { BaseAddress = new(url), Timeout = TimeSpan.FromMinutes(5) };
    }

    public string Url { get; }

    public HttpClient Http { get; }

    public SigningKey BrokerKey { get; }

    /// <summary>Of another broker that is registered here.</summary>
    public required SigningKey RivalKey { get; init; }

    public SigningKey AgentKey { get; }

    public TestClock Clock { get; } = new();

    public string State => _folder["state"];

    public string KeyFolder => _folder["keys"];

    public string ConfigFile => _folder["gateway.json"];

    public IServiceProvider Services => _app.Services;

    /// <param name="shardBytes">How large a shard may be.</param>
    /// <param name="intake">What the section <c>Intake</c> says beside which worker.</param>
    /// <param name="storage">The section <c>Storage</c>; without it, ciphertexts lie in the state directory.</param>
    public static async Task<Hospital> StartAsync(long shardBytes = 64 << 20, string storage = "{}", string intake = """ "Workers": 1, "WaitSeconds": 600 """)
    {
        var folder = new TestFolder();
        var (broker, agent) = (SigningKey.Create(), SigningKey.Create());
        await File.WriteAllTextAsync(folder["broker.pub.pem"], broker.Public.ExportPem());
        var rival = SigningKey.Create();
        await File.WriteAllTextAsync(folder["rival.pub.pem"], rival.Public.ExportPem());
        await File.WriteAllTextAsync(folder["agent.pub.pem"], agent.Public.ExportPem());
        var issuer = await s_issuer.Value;
        var url = $"http://127.0.0.1:{Ports.Free()}";
        await File.WriteAllTextAsync(folder["gateway.json"], $$"""
            {
              "Gateway": {"Name": "saint-brannoch", "Organisation": "saint-brannoch", "Country": "IT", "PublicUrl": "{{url}}", "Listen": "{{url}}",
                "StateDirectory": "state", "KeyDirectory": "keys"},
              "Issuers": [{"Issuer": "{{issuer.Url}}", "Organisations": ["saint-brannoch", "unito", "elsewhere"],
                "Roles": ["steward", "reviewer", "researcher", "auditor"]}],
              "Organisations": [{"Name": "unito", "Country": "IT"}],
              "Brokers": [{"Name": "hub", "KeyFile": "broker.pub.pem"}, {"Name": "rival", "KeyFile": "rival.pub.pem"}],
              "Agents": [{"Site": "{{Site}}", "Organisation": "demo-hpc", "Country": "IT", "KeyFile": "agent.pub.pem"}],
              "Datasets": {"ShardBytes": {{shardBytes}}},
              "Storage": {{storage}},
              "Intake": { {{intake}}, "Worker": "{{IntakeWorker}}"}
            }
            """);
        var hospital = new Hospital(folder, issuer, url, broker, agent) { RivalKey = rival };
        await hospital.StartGatewayAsync();
        return hospital;
    }

    public async Task StartGatewayAsync()
    {
        _app = await GatewayHost.BuildAsync(
            ["--config", ConfigFile], services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock)), CancellationToken.None);
        await _app.StartAsync();
    }

    public async Task StopGatewayAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        SqliteConnection.ClearAllPools();
    }

    public async Task RestartAsync()
    {
        await StopGatewayAsync();
        await StartGatewayAsync();
    }

    public string Token(string subject, string organisation, string role, string scope = "full") => _issuer.Token(subject, organisation, [role], scope, Url);

    public string Steward => Token("stella", "saint-brannoch", Roles.Steward);

    public string Reviewer => Token("rupert", "saint-brannoch", Roles.Reviewer);

    public string OtherReviewer => Token("ruth", "saint-brannoch", Roles.Reviewer);

    public string Researcher => Token("rosa", "unito", Roles.Researcher);

    public string Auditor => Token("ada", "saint-brannoch", Roles.Auditor);

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? token, HttpContent? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using var answer = await Http.SendAsync(request);
        return new(answer.StatusCode, await answer.Content.ReadAsByteArrayAsync());
    }

    public Task<Answer> GetAsync(string path, string? token) => SendAsync(HttpMethod.Get, path, token);

    public async Task<Answer> SendAsync<T>(HttpMethod method, string path, string? token, T body, JsonTypeInfo<T> type)
    {
        using var content = JsonContent.Create(body, type);
        return await SendAsync(method, path, token, content);
    }

    public Task<Answer> PostAsync<T>(string path, string? token, T body, JsonTypeInfo<T> type) => SendAsync(HttpMethod.Post, path, token, body, type);

    /// <summary>Everything in the log so far, in order.</summary>
    public async Task<List<AuditEntry>> LogAsync()
    {
        var log = Services.GetRequiredService<AuditLog>();
        var entries = new List<AuditEntry>();
        await foreach (var entry in log.Reader.EntriesAsync(log.Head.Size))
        {
            entries.Add(LogReader.Read(entry));
        }

        return entries;
    }

    public async ValueTask DisposeAsync()
    {
        await StopGatewayAsync();
        Http.Dispose();
        BrokerKey.Dispose();
        RivalKey.Dispose();
        AgentKey.Dispose();
        _folder.Dispose();
    }
}

/// <summary>What the gateway answered.</summary>
internal sealed record Answer(HttpStatusCode Status, byte[] Body)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Body);

    public T As<T>(JsonTypeInfo<T> type)
        where T : class
    {
        Assert.True(Status == HttpStatusCode.OK, $"{Status}: {Text}");
        return Wire.Read(Body, type);
    }

    /// <summary>The problem's own sentence, for a refusal with this status.</summary>
    public string Problem(HttpStatusCode status)
    {
        Assert.True(Status == status, $"{Status}: {Text}");
        return Json.GetProperty("detail").GetString()!;
    }

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>Rules of the reasons a refusal lists.</summary>
    public IReadOnlyList<string> Rules => [.. Json.GetProperty("reasons").EnumerateArray().Select(reason => reason.GetProperty("rule").GetString()!)];
}
