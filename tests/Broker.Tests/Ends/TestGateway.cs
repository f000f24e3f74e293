using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Signing;

namespace Scanlock.Broker.Tests.Ends;

/// <summary>
/// The gateway's end of the broker's calls, on a real Kestrel, with a gateway's key; and an OIDC issuer, so that people can sign in at
/// the broker. It remembers what it was told and can be made to refuse or to stay away.
/// </summary>
internal sealed partial class TestGateway : IAsyncDisposable
{
    public const string Dataset = "covid-ct";
    public const string PersonToken = "persons-token-for-the-gateway";
    public const string Metrics = """{"final":{"accuracy":0.75}}""";
    private readonly TestIssuer _issuer = new();
    private readonly WebApplication _app;
    private readonly HashSet<string> _usedTokens = [];
    private readonly Lock _gate = new();

    private TestGateway()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        builder.Services.AddRoutingCore();
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ContractsJson.Strict);
        });
        _app = builder.Build();
        _app.UseRouting();
        _app.Use(InterruptAsync);
        Map();
    }

    public SigningKey Key { get; } = SigningKey.Create();

    public string Url => _app.Urls.First();

    /// <summary>Keys of brokers whose tokens count.</summary>
    public VerifyingKey? Broker { get; set; }

    /// <summary>The audience of broker tokens, where it is not this gateway's key.</summary>
    public string? ExpectedAudience { get; set; }

    /// <summary>One of <see cref="RequestStates"/>: how requests stand.</summary>
    public string Decision { get; set; } = RequestStates.Allowed;

    public Dictionary<string, byte[]> Parts { get; } = new(StringComparer.Ordinal)
    {
        ["shard-00000"] = RandomNumberGenerator.GetBytes(9_000_000),
        ["shard-00001"] = RandomNumberGenerator.GetBytes(200_000),
        ["labels-1"] = RandomNumberGenerator.GetBytes(1_000),
    };

    /// <summary>What is served of a part instead of itself.</summary>
    public Dictionary<string, byte[]> Altered { get; } = new(StringComparer.Ordinal);

    /// <summary>Where serving a part breaks off, as a gateway does that finds its stored copy altered.</summary>
    public ConcurrentDictionary<string, int> BreakOffBefore { get; } = new(StringComparer.Ordinal);

    /// <summary>What breaking off waits for.</summary>
    public Func<Task> BeforeBreak { get; set; } = () => Task.CompletedTask;

    /// <summary>Whether the key request of this sequence is refused.</summary>
    public Func<int, bool> RefuseKeys { get; set; } = _ => false;

    public bool RefuseProgress { get; set; }

    /// <summary>How results stand once they are in.</summary>
    public string MetricsState { get; set; } = ResultStates.Released;

    public string ModelState { get; set; } = ResultStates.Held;

    /// <summary>How a request for a model is answered.</summary>
    public string ReleaseDecision { get; set; } = RequestStates.Pending;

    public byte[] Model { get; set; } = RandomNumberGenerator.GetBytes(1_500_000);

    /// <summary>What the catalogue says.</summary>
    public int LatestVersion { get; set; } = 1;

    /// <summary>Answers 503 to everything.</summary>
    public bool Away { get; set; }

    /// <summary>Called with the route's name before a call has its effect, and again before its answer is sent.</summary>
    public Func<string, bool, Task>? OnCall { get; set; }

    public ConcurrentQueue<AccessRequest> Requests { get; } = new();

    /// <summary>Digests of key requests answered with a release, by sequence.</summary>
    public ConcurrentDictionary<Sha256Digest, (int Sequence, string Answer)> Releases { get; } = new();

    public ConcurrentDictionary<Sha256Digest, int> Progress { get; } = new();

    public ConcurrentDictionary<string, byte[]> ResultParts { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<Sha256Digest, string> Results { get; } = new();

    public ConcurrentDictionary<Sha256Digest, string> Receipts { get; } = new();

    /// <summary>Every job statement seen, by digest.</summary>
    public ConcurrentDictionary<Sha256Digest, string> Jobs { get; } = new();

    public ConcurrentQueue<(string Part, long From)> Served { get; } = new();

    public static async Task<TestGateway> StartAsync()
    {
        var gateway = new TestGateway();
        await gateway._app.StartAsync();
        return gateway;
    }

    public string TokenFor(string audience, string subject, string roles = "researcher", string scope = "full") =>
        _issuer.TokenFor(Url, audience, subject, roles, scope);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _issuer.Dispose();
        Key.Dispose();
    }

    private async Task InterruptAsync(HttpContext context, RequestDelegate next)
    {
        var name = context.GetEndpoint()?.DisplayName ?? "none";
        if (!context.Request.Path.StartsWithSegments("/api"))
        {
            await next(context);
            return;
        }

        if (Away)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        if (OnCall is { } before)
        {
            await before(name, false);
        }

        if (OnCall is { } after)
        {
            context.Response.OnStarting(() => after(name, true));
        }

        await next(context);
    }

    private void Map()
    {
        _app.MapGet("/.well-known/openid-configuration", () => JsonAnswer(TestIssuer.Discovery(Url)));
        _app.MapGet("/jwks", () => JsonAnswer(_issuer.Keys()));
        _app.MapPost(GatewayRoutes.Requests, (Delegate)RequestAsync);
        _app.MapGet(GatewayRoutes.Dataset, (HttpContext context) => IsPerson(context)
            ? TypedResults.Ok(new DatasetEntry(Dataset, "", "", "", DatasetStates.Open, LatestVersion, [], null, null, Sha256Digest.Of([])))
            : (IResult)TypedResults.StatusCode(401));
        _app.MapPost(GatewayRoutes.Release, (string job, HttpContext context) => IsPerson(context) ? ReleaseAnswer(job) : TypedResults.StatusCode(401));
        _app.MapGet(GatewayRoutes.BrokerPermit, (string request, HttpContext context) => AsBroker(context, () => PermitAnswer(request)));
        _app.MapGet(GatewayRoutes.BrokerPart, (string part, HttpContext context) => AsBroker(context, () => PartAnswer(part, context)));
        _app.MapPost(GatewayRoutes.BrokerKeys, (KeyExchange exchange, HttpContext context) => AsBroker(context, () => KeysAnswer(exchange)));
        _app.MapPost(GatewayRoutes.BrokerProgress, (ProgressReport report, HttpContext context) => AsBroker(context, () => ProgressAnswer(report)));
        _app.MapPut(GatewayRoutes.BrokerResultPart, ResultPartAsync);
        _app.MapPost(GatewayRoutes.BrokerResults, (ResultSubmission submission, HttpContext context) => AsBroker(context, () => ResultAnswer(submission)));
        _app.MapGet(GatewayRoutes.BrokerResult, (string job, HttpContext context) => AsBroker(context, () => TypedResults.Ok(View(job))));
        _app.MapGet(GatewayRoutes.BrokerResultMetrics, (HttpContext context) => AsBroker(context, () => JsonAnswer(Metrics)));
        _app.MapGet(GatewayRoutes.BrokerResultModel, (HttpContext context) => AsBroker(context, () =>
        {
            context.Response.Headers["Repr-Digest"] = $"sha-256=:{Convert.ToBase64String(SHA256.HashData(Model))}:";
            return TypedResults.Bytes(Model);
        }));
        _app.MapPost(GatewayRoutes.BrokerReceipts, (ReceiptSubmission submission, HttpContext context) => AsBroker(context, () =>
        {
            Receipts[Seen(submission.Job)] = submission.Receipt;
            return TypedResults.NoContent();
        }));
    }

    private Sha256Digest Seen(string job)
    {
        var statement = StatementKinds.Job.Verify(job, Broker!);
        Jobs[statement.Digest] = job;
        return statement.Digest;
    }

    private static bool IsPerson(HttpContext context) => context.Request.Headers.Authorization == $"Bearer {PersonToken}";

    private IResult AsBroker(HttpContext context, Func<IResult> answer)
    {
        var header = context.Request.Headers.Authorization.ToString();
        var token = StatementKinds.BrokerToken.Verify(header["Bearer ".Length..], Broker!).Value;
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        lock (_gate)
        {
            return token.Aud == (ExpectedAudience ?? Key.Public.Id) && token.Iss == "hub" && token.Exp - token.Iat <= BrokerToken.LifetimeSeconds && token.Exp >= now && _usedTokens.Add(token.Jti)
                ? answer()
                : TypedResults.StatusCode(401);
        }
    }

    private static ContentHttpResult JsonAnswer(string json) => TypedResults.Content(json, "application/json");
}
