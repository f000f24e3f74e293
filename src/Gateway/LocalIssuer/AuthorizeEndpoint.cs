using System.Text;

namespace Scanlock.Gateway.LocalIssuer;

/// <summary>Authorization code with PKCE (RFC 6749 section 4.1, RFC 7636); S256 is required of every client.</summary>
internal static class AuthorizeEndpoint
{
    public const string Path = "/connect/authorize";

    private static readonly string[] s_carried = ["client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "resource", "code_challenge", "code_challenge_method"];

    public static IResult Show(HttpContext context, IssuerRegistry issuer)
    {
        var asked = (string field) => context.Request.Query[field].ToString();
        return Refusal(context, issuer, asked) ?? Form(context, asked, error: null);
    }

    public static async Task<IResult> DecideAsync(
        HttpContext context, IssuerRegistry issuer, PendingSignIns pending, Sessions sessions, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        var asked = (string field) => form[field].ToString();
        if (Refusal(context, issuer, asked) is { } refusal)
        {
            return refusal;
        }

        if (asked("decision") == "deny")
        {
            return Back(asked, "error", "access_denied", issuer);
        }

        if (await sessions.SignInAsync(asked("username"), asked("password")) is not { } account)
        {
            return Form(context, asked, "User name or password is wrong, or the account is locked for some minutes.");
        }

        var code = pending.BeginCode((value, expires) => new(
            value, asked("client_id"), asked("redirect_uri"), asked("code_challenge"), IssuerRegistry.Known(asked("scope"))!,
            asked("resource") is { Length: > 0 } resource ? resource : null, asked("nonce") is { Length: > 0 } nonce ? nonce : null, account.Id, expires));
        return code is null ? Back(asked, "error", "temporarily_unavailable", issuer) : Back(asked, "code", code, issuer);
    }

    /// <summary>What is wrong with the request; shown here until the redirect is known to be the client's, sent back there after.</summary>
    private static IResult? Refusal(HttpContext context, IssuerRegistry issuer, Func<string, string> asked)
    {
        if (!issuer.MayRedirect(asked("client_id"), asked("redirect_uri")))
        {
            return SignInPage.Answer(
                context,
                SignInPage.Message("This sign-in cannot go on", "The program that sent you here is not registered with this address. Nothing was shared with it."),
                StatusCodes.Status400BadRequest);
        }

        return asked("response_type") != "code" ? Back(asked, "error", "unsupported_response_type", issuer)
            : asked("code_challenge_method") != "S256" || asked("code_challenge").Length != 43 ? Back(asked, "error", "invalid_request", issuer)
            : IssuerRegistry.Known(asked("scope")) is null ? Back(asked, "error", "invalid_scope", issuer)
            : issuer.AudienceOf(asked("resource")) is null ? Back(asked, "error", "invalid_target", issuer)
            : null;
    }

    private static IResult Form(HttpContext context, Func<string, string> asked, string? error) => SignInPage.Answer(
        context,
        SignInPage.Form(Path, asked("client_id"), asked("scope"), s_carried.Select(field => (field, asked(field))), askUserCode: null, error),
        error is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);

    private static SeeOther Back(Func<string, string> asked, string name, string value, IssuerRegistry issuer)
    {
        var target = new StringBuilder(asked("redirect_uri")).Append(asked("redirect_uri").Contains('?', StringComparison.Ordinal) ? '&' : '?')
            .Append(name).Append('=').Append(Uri.EscapeDataString(value))
            .Append("&iss=").Append(Uri.EscapeDataString(issuer.Name));
        if (asked("state") is { Length: > 0 } state)
        {
            target.Append("&state=").Append(Uri.EscapeDataString(state));
        }

        // 303: the browser must not send the password on.
        return new SeeOther(target.ToString());
    }

    private sealed class SeeOther(string location) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = location;
            return Task.CompletedTask;
        }
    }
}
