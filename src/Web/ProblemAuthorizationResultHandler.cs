using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;

namespace Scanlock.Web;

/// <summary>Says in a problem document why a caller was not let in, where the framework would answer an empty body.</summary>
internal sealed class ProblemAuthorizationResultHandler(IProblemDetailsService problems) : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _default = new();

    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
        {
            await next(context);
            return;
        }

        await _default.HandleAsync(next, context, policy, authorizeResult);
        var (title, detail) = authorizeResult.Challenged
            ? ("Not signed in", "No valid access token came with this request. Sign in with 'scanlock login' and try again.")
            : ("Not allowed", string.Join(" ", authorizeResult.AuthorizationFailure?.FailureReasons.Select(reason => reason.Message) ?? []));
        await problems.TryWriteAsync(new() { HttpContext = context, ProblemDetails = { Status = context.Response.StatusCode, Title = title, Detail = detail } });
    }
}
