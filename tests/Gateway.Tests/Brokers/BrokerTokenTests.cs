using System.Net;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Signing;
using Scanlock.Gateway.Tests.Hosting;

namespace Scanlock.Gateway.Tests.Brokers;

public sealed class BrokerTokenTests
{
    private static readonly string s_path = Routes.Fill(GatewayRoutes.BrokerPermit, "3f2504e0-4f89-41d3-9a0c-0305e82c3301");

    [Fact]
    public async Task A_token_is_for_one_call_also_over_a_restart()
    {
        await using var hospital = await Hospital.StartAsync();
        var token = new Hub(hospital).BrokerToken();
        Assert.Equal(HttpStatusCode.NotFound, (await hospital.GetAsync(s_path, token)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await hospital.GetAsync(s_path, token)).Status);
        await hospital.RestartAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await hospital.GetAsync(s_path, token)).Status);
    }

    [Fact]
    public async Task A_token_that_is_anyone_elses_or_for_anyone_else_or_too_old_is_none()
    {
        await using var hospital = await Hospital.StartAsync();
        var hub = new Hub(hospital);
        using var stranger = SigningKey.Create();
        string[] bad =
        [
            hub.BrokerToken(token => token.Audience = stranger.Public.Id),
            hub.BrokerToken(token => token.Issuer = "another"),
            hub.BrokerToken(token => token.Key = stranger),
            hub.BrokerToken(token => token.ExpiresAt = token.IssuedAt + 61),
            hub.BrokerToken(token => (token.IssuedAt, token.ExpiresAt) = (token.IssuedAt - 60, token.ExpiresAt - 60)),
            hub.BrokerToken(token => (token.IssuedAt, token.ExpiresAt) = (token.IssuedAt + 300, token.ExpiresAt + 300)),
            hub.BrokerToken(token => token.Id = ""),
            hospital.Researcher,
            "garbage",
        ];
        foreach (var token in bad)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await hospital.GetAsync(s_path, token)).Status);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await hospital.GetAsync(s_path, null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await hospital.GetAsync(GatewayRoutes.Datasets, hub.BrokerToken())).Status);
    }
}
