using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Scanlock.Contracts.Access;
using Scanlock.Web.Identity;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>
/// Recognises a machine by its upload token: as bearer token, or as the password of HTTP Basic (RFC 7617), which is all that many a PACS can
/// do; the user name is not looked at. What is not an upload token is left to the other schemes.
/// </summary>
internal sealed partial class UploadTokenAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, UploadTokens tokens, FailedAttempts failures)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "upload-token";
    internal const string TokenClaim = "scanlock:upload-token";
    internal const string DatasetClaim = "scanlock:upload-dataset";
    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";
    private const int LongestCredentials = 1024;
    private TimeSpan? _retryAfter;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var authorization = Request.Headers.Authorization.ToString();
        var secret = authorization.StartsWith(Basic, StringComparison.OrdinalIgnoreCase)
            ? PasswordOf(authorization[Basic.Length..].Trim()) ?? ""
            : authorization.StartsWith(Bearer + UploadTokens.Prefix, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : null;
        if (secret is null)
        {
            return AuthenticateResult.NoResult();
        }

        if (await tokens.FindBySecretAsync(secret, Context.RequestAborted) is { } token)
        {
            var identity = new ClaimsIdentity([new(TokenClaim, token.Id), new(DatasetClaim, token.Dataset)], SchemeName);
            return AuthenticateResult.Success(new(new ClaimsPrincipal(identity), SchemeName));
        }

        // Only who fails is slowed down: a PACS behind the same proxy as a guesser goes on sending.
        _retryAfter = failures.Count($"address:{Context.Connection.RemoteIpAddress}");
        if (_retryAfter is null)
        {
            LogRefused(Logger);
        }

        return AuthenticateResult.Fail("There is no such upload token, or it is expired or revoked.");
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.Append("WWW-Authenticate", "Basic realm=\"dicomweb\", charset=\"UTF-8\"");
        Response.StatusCode = _retryAfter is null ? StatusCodes.Status401Unauthorized : StatusCodes.Status429TooManyRequests;
        if (_retryAfter is { } wait)
        {
            Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        return Task.CompletedTask;
    }

    private static string? PasswordOf(string credentials)
    {
        if (credentials.Length > LongestCredentials)
        {
            return null;
        }

        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(credentials.Length)];
        if (Base64.DecodeFromUtf8(Encoding.UTF8.GetBytes(credentials), bytes, out _, out var count) != OperationStatus.Done)
        {
            return null;
        }

        var pair = Encoding.UTF8.GetString(bytes.AsSpan(0, count));
        return pair.Contains(':', StringComparison.Ordinal) ? pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..] : null;
    }

    [LoggerMessage(EventId = 2211, Level = LogLevel.Warning, Message = "An upload token is refused: unknown, expired or revoked")]
    private static partial void LogRefused(ILogger logger);
}

/// <summary>Who may send objects: an upload token, or a steward who is signed in directly. Of which dataset is seen later.</summary>
internal sealed record SenderRequirement : IAuthorizationRequirement;

internal sealed class SenderRequirementHandler : AuthorizationHandler<SenderRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, SenderRequirement requirement)
    {
        if (context.User.Identity is not { IsAuthenticated: true })
        {
            return Task.CompletedTask;
        }

        if (context.User.HasClaim(claim => claim.Type == UploadTokenAuthentication.TokenClaim)
            || (context.User.ToPerson().Roles.Contains(Roles.Steward, StringComparer.Ordinal) && context.User.HasScope(Persons.FullScope)))
        {
            context.Succeed(requirement);
        }
        else
        {
            context.Fail(new AuthorizationFailureReason(this, "Objects are sent with an upload token, or by a steward who is signed in directly."));
        }

        return Task.CompletedTask;
    }
}

internal static class SenderAuthorization
{
    /// <summary>An upload token or a steward. The token's scheme stands last: its challenge has the last word on the status.</summary>
    public static TBuilder RequireSender<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(policy => policy
            .AddAuthenticationSchemes(Persons.Scheme, UploadTokenAuthentication.SchemeName)
            .RequireAuthenticatedUser()
            .AddRequirements(new SenderRequirement()));

    /// <summary>The upload token that sends, and its dataset; null where a person does.</summary>
    public static (string Token, string Dataset)? ToUploadToken(this ClaimsPrincipal principal) =>
        principal.FindFirstValue(UploadTokenAuthentication.TokenClaim) is { } token
            ? (token, principal.FindFirstValue(UploadTokenAuthentication.DatasetClaim)!)
            : null;
}
