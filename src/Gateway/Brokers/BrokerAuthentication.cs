using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Scanlock.Contracts;
using Scanlock.Contracts.Signing;
using Scanlock.Gateway.Configuration;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Brokers;

/// <summary>
/// A broker proves itself with a token it signed for this one call: for this gateway's key, at most a minute old, used once. The used ones
/// are kept until they expire, also over a restart.
/// </summary>
internal sealed partial class BrokerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    GatewayConfiguration configuration,
    GatewayKeys keys,
    IDbContextFactory<GatewayDb> databases) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "broker";
    private const string Bearer = "Bearer ";
    private const int MaxTokenIdLength = 64;

    /// <summary>How far ahead of ours a broker's clock may be.</summary>
    private const int SkewSeconds = 30;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var authorization = Request.Headers.Authorization.ToString();
        if (!authorization.StartsWith(Bearer, StringComparison.Ordinal))
        {
            return AuthenticateResult.NoResult();
        }

        var (broker, token, fault) = Verify(authorization[Bearer.Length..]);
        if (fault is not null)
        {
            return Refuse(fault);
        }

        if (!await UseAsync(broker!, token!))
        {
            return Refuse("the token was used before");
        }

        var identity = new ClaimsIdentity([new(ClaimTypes.Name, broker!.Name)], SchemeName);
        return AuthenticateResult.Success(new(new ClaimsPrincipal(identity), SchemeName));
    }

    private (RegisteredBroker? Broker, BrokerToken? Token, string? Fault) Verify(string compact)
    {
        try
        {
            var signer = StatementKinds.BrokerToken.SignerOf(compact);
            if (configuration.Brokers.FirstOrDefault(broker => broker.Key.Id == signer) is not { } registered)
            {
                return (null, null, "no registered broker has this key");
            }

            var token = StatementKinds.BrokerToken.Verify(compact, registered.Key).Value;
            return (registered, token, FaultOf(token, registered));
        }
        catch (WireFormatException e)
        {
            return (null, null, e.Message);
        }
    }

    private string? FaultOf(BrokerToken token, RegisteredBroker broker)
    {
        var now = TimeProvider.GetUtcNow().ToUnixTimeSeconds();
        if (token.Aud != keys.Statement.Public.Id)
        {
            return "the token is for another gateway";
        }

        if (token.Iss != broker.Name)
        {
            return "the token names another broker than its key's";
        }

        if (token.Exp - token.Iat is <= 0 or > BrokerToken.LifetimeSeconds)
        {
            return $"the token lives longer than {BrokerToken.LifetimeSeconds} s";
        }

        if (token.Exp <= now || token.Iat > now + SkewSeconds)
        {
            return "the token is expired, or from the future; compare the clocks";
        }

        return token.Jti.Length is 0 or > MaxTokenIdLength ? "the token has no usable id" : null;
    }

    /// <summary>False where the token was used before; what has expired is forgotten on the way.</summary>
    private async Task<bool> UseAsync(RegisteredBroker broker, BrokerToken token)
    {
        await using var db = await databases.CreateDbContextAsync(Context.RequestAborted);
        var now = TimeProvider.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(Context.RequestAborted);
        await db.UsedTokens.Where(used => used.ExpiresAt < now).ExecuteDeleteAsync(Context.RequestAborted);
        if (await db.UsedTokens.AnyAsync(used => used.Broker == broker.Name && used.TokenId == token.Jti, Context.RequestAborted))
        {
            return false;
        }

        db.UsedTokens.Add(new() { Broker = broker.Name, TokenId = token.Jti, ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(token.Exp) });
        await db.SaveChangesAsync(Context.RequestAborted);
        await transaction.CommitAsync(Context.RequestAborted);
        return true;
    }

    private AuthenticateResult Refuse(string fault)
    {
        LogRefused(Logger, fault);
        return AuthenticateResult.Fail(fault);
    }

    [LoggerMessage(EventId = 2300, Level = LogLevel.Warning, Message = "A broker's token is refused: {Fault}")]
    private static partial void LogRefused(ILogger logger, string fault);
}

internal static class BrokerAuthorization
{
    /// <summary>A registered broker, by its own token.</summary>
    public static TBuilder RequireBroker<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(policy => policy
            .AddAuthenticationSchemes(BrokerAuthentication.SchemeName)
            .RequireAuthenticatedUser());

    /// <summary>The broker's registered name.</summary>
    public static string ToBroker(this ClaimsPrincipal principal) => principal.Identity?.Name
        ?? throw new InvalidOperationException("This endpoint reads a broker but does not require one.");
}
