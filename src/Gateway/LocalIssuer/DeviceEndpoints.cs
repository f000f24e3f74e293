using Microsoft.AspNetCore.Http.HttpResults;
using Scanlock.Web.Identity;

namespace Scanlock.Gateway.LocalIssuer;

/// <summary>The device flow (RFC 8628): a program shows a code, a person enters it here and signs in.</summary>
internal static class DeviceEndpoints
{
    public const string Page = "/device";
    private const int PollSeconds = 2;

    public static async Task<Results<JsonHttpResult<DeviceAnswer>, JsonHttpResult<TokenError>>> BeginAsync(
        HttpContext context, IssuerRegistry issuer, PendingSignIns pending, TimeProvider time, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (!context.Request.HasFormContentType)
        {
            return Error("invalid_request", "The device endpoint takes a form.");
        }

        var form = new TokenForm(await context.Request.ReadFormAsync(cancellationToken), context.Request.Headers.Authorization.ToString());
        if (issuer.ClientIdOf(form) is not { } client)
        {
            return Error("invalid_client", "Unknown client.");
        }

        if (IssuerRegistry.Known(form["scope"] is { Length: > 0 } scope ? scope : Persons.FullScope) is not { } known)
        {
            return Error("invalid_scope", $"This issuer knows the scopes {string.Join(", ", IssuerRegistry.Scopes)}.");
        }

        if (pending.BeginDevice(client, known) is not { } device)
        {
            return Error("temporarily_unavailable", "Too many sign-ins are under way; try again in a few minutes.");
        }

        var page = issuer.Name.TrimEnd('/') + Page;
        return TypedResults.Json(
            new DeviceAnswer(device.DeviceCode, device.UserCode, page, $"{page}?user_code={device.UserCode}", (int)(device.ExpiresAt - time.GetUtcNow()).TotalSeconds, PollSeconds),
            IssuerJson.Default.DeviceAnswer);
    }

    public static IResult ShowAsync(HttpContext context, PendingSignIns pending, string? user_code)
    {
        var device = user_code is null ? null : pending.DeviceByUserCode(user_code);
        return Form(context, device, user_code ?? "", error: null);
    }

    public static async Task<IResult> DecideAsync(HttpContext context, PendingSignIns pending, Sessions sessions, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        var code = form["user_code"].ToString();
        if (pending.DeviceByUserCode(code) is not { } device)
        {
            return Form(context, null, code, "No sign-in waits for this code. It may have expired; start again in the program.");
        }

        if (form["decision"] == "deny")
        {
            device.State = SignInState.Denied;
            return SignInPage.Answer(context, SignInPage.Message("Refused", "The program was told so. You can close this page."));
        }

        if (await sessions.SignInAsync(form["username"].ToString(), form["password"].ToString()) is not { } account)
        {
            return Form(context, device, code, "User name or password is wrong, or the account is locked for some minutes.");
        }

        device.AccountId = account.Id;
        device.State = SignInState.Approved;
        return SignInPage.Answer(context, SignInPage.Message("Signed in", "Go back to the program that showed you the code. You can close this page."));
    }

    private static IResult Form(HttpContext context, DeviceSignIn? device, string code, string? error) => SignInPage.Answer(
        context,
        SignInPage.Form(Page, device?.ClientId ?? "A program", device?.Scope ?? Persons.FullScope, [], code, error),
        error is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);

    private static JsonHttpResult<TokenError> Error(string code, string description) =>
        TypedResults.Json(new TokenError(code, description), IssuerJson.Default.TokenError, statusCode: StatusCodes.Status400BadRequest);
}
