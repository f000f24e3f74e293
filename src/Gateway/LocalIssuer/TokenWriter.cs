using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Scanlock.Contracts.Signing;

namespace Scanlock.Gateway.LocalIssuer;

/// <summary>Makes the issuer's tokens: access tokens (RFC 9068) and id tokens, signed ES256 with a key of their own.</summary>
internal sealed class TokenWriter : IDisposable
{
    private readonly ECDsa _key;
    private readonly SigningCredentials _credentials;
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly string _issuer;
    private readonly LocalIssuerOptions _options;
    private readonly TimeProvider _time;

    public TokenWriter(SigningKey key, string issuer, LocalIssuerOptions options, TimeProvider time)
    {
        _key = ECDsa.Create();
        _key.ImportFromPem(key.ExportPem());
        _credentials = new(new ECDsaSecurityKey(_key) { KeyId = key.Public.Id }, SecurityAlgorithms.EcdsaSha256);
        Public = key.Public;
        _issuer = issuer;
        _options = options;
        _time = time;
    }

    public VerifyingKey Public { get; }

    public int AccessTokenSeconds => _options.AccessTokenMinutes * 60;

    public string AccessToken(Account account, string clientId, string audience, string scope) => Write("at+jwt", audience, new()
    {
        [JwtRegisteredClaimNames.Sub] = account.Id,
        ["client_id"] = clientId,
        ["scope"] = scope,
        ["organisation"] = account.Organisation,
        ["roles"] = account.RoleNames.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        [JwtRegisteredClaimNames.PreferredUsername] = account.UserName!,
        [JwtRegisteredClaimNames.Jti] = Guid.NewGuid().ToString("N"),
    });

    public string IdToken(Account account, string clientId, string? nonce)
    {
        var claims = new Dictionary<string, object>
        {
            [JwtRegisteredClaimNames.Sub] = account.Id,
            [JwtRegisteredClaimNames.PreferredUsername] = account.UserName!,
        };
        if (nonce is not null)
        {
            claims[JwtRegisteredClaimNames.Nonce] = nonce;
        }

        return Write("JWT", clientId, claims);
    }

    private string Write(string type, string audience, Dictionary<string, object> claims)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = type,
            Issuer = _issuer,
            Audience = audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = now.AddMinutes(_options.AccessTokenMinutes),
            Claims = claims,
            SigningCredentials = _credentials,
        });
    }

    public void Dispose() => _key.Dispose();
}
