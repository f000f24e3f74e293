namespace Scanlock.Contracts.Signing;

/// <summary>
/// How a broker proves itself to a gateway: a JWT (RFC 7519) it signs for one call, sent as <c>Authorization: Bearer</c>.
/// </summary>
/// <param name="Aud">The gateway's key id: a token for one gateway is none for another.</param>
/// <param name="Exp">Seconds since 1970; at most <see cref="LifetimeSeconds"/> after <paramref name="Iat"/>.</param>
/// <param name="Iat">Seconds since 1970.</param>
/// <param name="Iss">The broker's name in the gateway's configuration.</param>
/// <param name="Jti">Used once.</param>
public sealed record BrokerToken(int V, string Aud, long Exp, long Iat, string Iss, string Jti) : IVersioned
{
    public const int LifetimeSeconds = 60;
}
