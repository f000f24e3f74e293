using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;

namespace Scanlock.Web;

/// <summary>Refusals as problem details (RFC 9457): a title that names the kind, a detail that names the thing and the reason.</summary>
public static class Problems
{
    public static ProblemHttpResult BadRequest(string detail) => Of(StatusCodes.Status400BadRequest, "Bad request", detail);

    public static ProblemHttpResult NotFound(string detail) => Of(StatusCodes.Status404NotFound, "Not found", detail);

    public static ProblemHttpResult Conflict(string detail) => Of(StatusCodes.Status409Conflict, "Conflict", detail);

    public static ProblemHttpResult Unavailable(string detail) => Of(StatusCodes.Status503ServiceUnavailable, "Unavailable", detail);

    /// <summary>Every fault of an input at once, as the member <c>errors</c>.</summary>
    public static ProblemHttpResult Invalid(string detail, IReadOnlyList<string> errors) =>
        Of(StatusCodes.Status400BadRequest, "Invalid", detail, ("errors", JsonSerializer.SerializeToElement(errors, ContractsJson.Strict.IReadOnlyListString)));

    /// <summary>Refused by policy, with every reason as the member <c>reasons</c>.</summary>
    public static ProblemHttpResult Refused(string detail, IReadOnlyList<Reason> reasons) =>
        Of(StatusCodes.Status403Forbidden, "Refused by policy", detail, ("reasons", JsonSerializer.SerializeToElement(reasons, ContractsJson.Strict.IReadOnlyListReason)));

    private static ProblemHttpResult Of(int status, string title, string detail, params ReadOnlySpan<(string Name, object? Value)> more)
    {
        var extensions = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in more)
        {
            extensions[name] = value;
        }

        return TypedResults.Problem(detail, statusCode: status, title: title, extensions: extensions);
    }
}
