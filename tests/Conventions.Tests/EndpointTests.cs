using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Scanlock.Broker;
using Scanlock.Gateway;
using Scanlock.Testing;
using Scanlock.Web.Auditing;

namespace Scanlock.Conventions.Tests;

/// <summary>Every endpoint of both hosts says who may call it, and what it appends to the log or why nothing.</summary>
public sealed class EndpointTests
{
    [Fact]
    [Trait("promise", "P7")]
    public async Task Every_endpoint_of_the_gateway_has_an_authorization_rule_and_an_audit_event_or_a_reason_for_none()
    {
        using var folder = new TestFolder();
        var url = $"http://127.0.0.1:{Ports.Free()}";
        await File.WriteAllTextAsync(folder["gateway.json"], JsonSerializer.Serialize(new
        {
            Gateway = new { Name = "g", Organisation = "o", Country = "IT", PublicUrl = url, Listen = url, StateDirectory = folder["state"], KeyDirectory = folder["keys"] },
            Issuers = new[] { new { Issuer = url, Organisations = new[] { "o" }, Roles = new[] { "steward" } } },
            LocalIssuer = new { Enabled = true, Audiences = Array.Empty<string>(), Accounts = Array.Empty<object>(), Clients = Array.Empty<object>() },
        }));
        await using var app = await GatewayHost.BuildAsync(["--config", folder["gateway.json"]], adjust: null, CancellationToken.None);
        AssertRules(app, atLeast: 30);
    }

    [Fact]
    public async Task Every_endpoint_of_the_broker_has_an_authorization_rule_and_says_why_it_audits_nothing()
    {
        using var folder = new TestFolder();
        var url = $"http://127.0.0.1:{Ports.Free()}";
        await File.WriteAllTextAsync(folder["broker.json"], JsonSerializer.Serialize(new
        {
            Broker = new { Name = "b", PublicUrl = url, Listen = url, StateDirectory = folder["state"], KeyFile = folder["broker.pem"] },
            Issuers = new[] { new { Issuer = "https://login.example", Organisations = new[] { "o" }, Roles = new[] { "researcher" } } },
        }));
        await using var app = BrokerHost.Build(["--config", folder["broker.json"]]);
        AssertRules(app, atLeast: 10);
    }

    private static void AssertRules(WebApplication app, int atLeast)
    {
        var endpoints = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToList();
        Assert.True(endpoints.Count >= atLeast, $"only {endpoints.Count} endpoints were found");
        Assert.DoesNotContain(endpoints, endpoint => !HasRule(endpoint));
        Assert.DoesNotContain(endpoints, endpoint => !SaysWhatItAudits(endpoint));
    }

    private static bool HasRule(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null
        || endpoint.Metadata.GetMetadata<AuthorizationPolicy>() is not null
        || endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null;

    private static bool SaysWhatItAudits(RouteEndpoint endpoint)
    {
        var acts = endpoint.Metadata.GetOrderedMetadata<AuditedMetadata>();
        var reasons = endpoint.Metadata.GetOrderedMetadata<NotAuditedMetadata>();
        return acts.Count + reasons.Count == 1 && acts.All(act => act.Act.Contains('.', StringComparison.Ordinal)) && reasons.All(reason => reason.Reason.Length > 10);
    }
}
