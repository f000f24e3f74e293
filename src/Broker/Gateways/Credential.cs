using System.Buffers.Text;
using System.Security.Cryptography;
using Scanlock.Contracts;
using Scanlock.Contracts.Signing;

namespace Scanlock.Broker.Gateways;

/// <summary>In whose name a call is made.</summary>
internal sealed record Credential
{
    private Credential(string? personToken) => PersonToken = personToken;

    /// <summary>The broker's own: a token signed for this one call.</summary>
    public static Credential Broker { get; } = new(personToken: null);

    /// <summary>A person's, by the token they gave for it; it is used and forgotten.</summary>
    public static Credential Person(string token) => new(token);

    public string? PersonToken { get; }

    // A record would print it.
    public override string ToString() => PersonToken is null ? "broker" : "person";
}

/// <summary>Signs the broker's tokens: one gateway, one call, a minute at most.</summary>
internal sealed class BrokerTokens(string broker, SigningKey key, TimeProvider clock)
{
    public string Mint(Gateway gateway)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        return StatementKinds.BrokerToken.Sign(new(Wire.Version, gateway.Key.Id, now + BrokerToken.LifetimeSeconds, now, broker, id), key).Compact;
    }
}
