using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Scanlock.Web.Identity;

namespace Scanlock.Gateway.LocalIssuer;

/// <summary>The token endpoint (RFC 6749 section 3.2), one method per grant.</summary>
internal sealed class TokenEndpoint(IssuerRegistry issuer, TokenWriter tokens, PendingSignIns pending, Sessions sessions)
{
    public const string DeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

    public static async Task<Results<JsonHttpResult<TokenAnswer>, JsonHttpResult<TokenError>>> HandleAsync(
        HttpContext context, TokenEndpoint endpoint, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (!context.Request.HasFormContentType)
        {
            return Error("invalid_request", "The token endpoint takes a form.");
        }

        var form = new TokenForm(await context.Request.ReadFormAsync(cancellationToken), context.Request.Headers.Authorization.ToString());
        return form["grant_type"] switch
        {
            "client_credentials" => await endpoint.ClientCredentialsAsync(form),
            "refresh_token" => await endpoint.RefreshAsync(form, cancellationToken),
            "authorization_code" => await endpoint.AuthorizationCodeAsync(form, cancellationToken),
            DeviceGrant => await endpoint.DeviceCodeAsync(form, cancellationToken),
            _ => Error("unsupported_grant_type", "This issuer grants authorization_code, client_credentials, refresh_token and device_code."),
        };
    }

    private async Task<Results<JsonHttpResult<TokenAnswer>, JsonHttpResult<TokenError>>> ClientCredentialsAsync(TokenForm form)
    {
        if (issuer.Authenticate(form) is not { ActsAs: { } username } client)
        {
            return Error("invalid_client", "Unknown client, wrong secret, or a client without an account to act as.", StatusCodes.Status401Unauthorized);
        }

        if (AudienceFor(form, bound: null) is not { } audience)
        {
            return NoSuchResource();
        }

        var account = await sessions.FindByNameAsync(username);
        return account is null
            ? Error("invalid_client", "The account of this client is gone.", StatusCodes.Status401Unauthorized)
            : Answer(form, account, client.ClientId, Persons.FullScope, refreshToken: null, idToken: null, audience);
    }

    private async Task<Results<JsonHttpResult<TokenAnswer>, JsonHttpResult<TokenError>>> RefreshAsync(TokenForm form, CancellationToken cancellationToken)
    {
        // Nothing is spent on a request that would be refused anyway.
        if (issuer.ClientIdOf(form) is not { } client)
        {
            return Error("invalid_client", "Unknown client or wrong secret.", StatusCodes.Status401Unauthorized);
        }

        if (AudienceFor(form, await sessions.ResourceOfAsync(form["refresh_token"], cancellationToken)) is not { } audience)
        {
            return NoSuchResource();
        }

        return await sessions.ContinueAsync(form["refresh_token"], client, cancellationToken) is var (account, scope, next)
            ? Answer(form, account, client, scope, next, idToken: null, audience)
            : Error("invalid_grant", "This sign-in has ended; sign in again.");
    }

    private async Task<Results<JsonHttpResult<TokenAnswer>, JsonHttpResult<TokenError>>> AuthorizationCodeAsync(TokenForm form, CancellationToken cancellationToken)
    {
        var code = pending.TakeCode(form["code"]);
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"])));
        if (issuer.ClientIdOf(form) is not { } client || code is null || code.ClientId != client || code.RedirectUri != form["redirect_uri"]
            || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(challenge), Encoding.ASCII.GetBytes(code.Challenge))
            || await sessions.FindAsync(code.AccountId) is not { } account)
        {
            return Error("invalid_grant", "The code is unknown, used, expired, or not this client's.");
        }

        // The person agreed to this resource, so the code opens no other.
        if (AudienceFor(form, issuer.AudienceOf(code.Resource ?? "")) is not { } audience)
        {
            return NoSuchResource();
        }

        var refresh = await sessions.BeginAsync(account, client, code.Scope, BindingOf(client, audience), cancellationToken);
        return Answer(form, account, client, code.Scope, refresh, IdTokenFor(account, client, code.Scope, code.Nonce), audience);
    }

    private async Task<Results<JsonHttpResult<TokenAnswer>, JsonHttpResult<TokenError>>> DeviceCodeAsync(TokenForm form, CancellationToken cancellationToken)
    {
        if (pending.Device(form["device_code"]) is not { } device || issuer.ClientIdOf(form) != device.ClientId)
        {
            return Error("expired_token", "This sign-in has expired; begin again.");
        }

        if (device.State == SignInState.Waiting)
        {
            return Error("authorization_pending", "Nobody has approved this sign-in yet.");
        }

        if (AudienceFor(form, bound: null) is not { } audience)
        {
            return NoSuchResource();
        }

        pending.EndDevice(device);
        if (device.State == SignInState.Denied || await sessions.FindAsync(device.AccountId!) is not { } account)
        {
            return Error("access_denied", "The sign-in was refused.");
        }

        var refresh = await sessions.BeginAsync(account, device.ClientId, device.Scope, BindingOf(device.ClientId, audience), cancellationToken);
        return Answer(form, account, device.ClientId, device.Scope, refresh, IdTokenFor(account, device.ClientId, device.Scope, nonce: null), audience);
    }

    /// <summary>Makes the answer; a narrower scope than the login's may be asked for, a wider one may not.</summary>
    private Results<JsonHttpResult<TokenAnswer>, JsonHttpResult<TokenError>> Answer(
        TokenForm form, Account account, string client, string granted, string? refreshToken, string? idToken, string audience)
    {
        var scope = form["scope"] is { Length: > 0 } wanted ? IssuerRegistry.Narrow(granted, wanted) : granted;
        return scope is null
            ? Error("invalid_scope", $"This sign-in has the scope '{granted}'.")
            : TypedResults.Json(
                new TokenAnswer(tokens.AccessToken(account, client, audience, scope), "Bearer", tokens.AccessTokenSeconds, scope, refreshToken, idToken),
                IssuerJson.Default.TokenAnswer);
    }

    /// <summary>Whom the token is for: what is asked for, or else what the sign-in is bound to; null where the two differ, or for a stranger's.</summary>
    private string? AudienceFor(TokenForm form, string? bound)
    {
        var asked = form["resource"].Length == 0 && bound is not null ? bound : issuer.AudienceOf(form["resource"]);
        return bound is null || asked == bound ? asked : null;
    }

    /// <summary>A website is let into one place. The command line is the person's own: it acts for them wherever this issuer is known.</summary>
    private static string? BindingOf(string client, string audience) => client == LocalIssuerOptions.CliClientId ? null : audience;

    private string? IdTokenFor(Account account, string client, string scope, string? nonce) =>
        scope.Split(' ').Contains("openid", StringComparer.Ordinal) ? tokens.IdToken(account, client, nonce) : null;

    private static JsonHttpResult<TokenError> NoSuchResource() => Error("invalid_target", "This issuer makes no tokens for that resource.");

    private static JsonHttpResult<TokenError> Error(string code, string description, int status = StatusCodes.Status400BadRequest) =>
        TypedResults.Json(new TokenError(code, description), IssuerJson.Default.TokenError, statusCode: status);
}

/// <summary>The fields of a token request, with client credentials from the form or the Basic header (RFC 6749 section 2.3.1).</summary>
internal sealed class TokenForm(IFormCollection form, string authorization)
{
    public string this[string field] => form[field].ToString();

    public (string Id, string Secret) Client()
    {
        const string Basic = "Basic ";
        if (!authorization.StartsWith(Basic, StringComparison.OrdinalIgnoreCase))
        {
            return (this["client_id"], this["client_secret"]);
        }

        var buffer = new byte[authorization.Length];
        if (!Convert.TryFromBase64String(authorization[Basic.Length..], buffer, out var length))
        {
            return ("", "");
        }

        var pair = Encoding.UTF8.GetString(buffer, 0, length);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? ("", "") : (Uri.UnescapeDataString(pair[..colon]), Uri.UnescapeDataString(pair[(colon + 1)..]));
    }
}
