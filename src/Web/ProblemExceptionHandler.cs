using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Scanlock.Contracts;

namespace Scanlock.Web;

/// <summary>What no endpoint turned into a refusal: malformed input becomes 400 with its place, the rest 500 without detail.</summary>
internal sealed partial class ProblemExceptionHandler(IProblemDetailsService problems, ILogger<ProblemExceptionHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            return true;
        }

        var (status, title, detail) = exception switch
        {
            WireFormatException e => (StatusCodes.Status400BadRequest, "Bad request", e.Message),
            BadHttpRequestException { InnerException: JsonException json } =>
                (StatusCodes.Status400BadRequest, "Bad request", $"The body is not what this endpoint takes: at {json.Path ?? "$"}, line {json.LineNumber + 1}."),
            BadHttpRequestException e => (e.StatusCode, "Bad request", e.Message),
            _ => (StatusCodes.Status500InternalServerError, "Internal error", $"The request failed; the host's log has the reason under {httpContext.TraceIdentifier}."),
        };
        if (status == StatusCodes.Status500InternalServerError)
        {
            LogFailed(logger, exception, httpContext.TraceIdentifier);
        }

        httpContext.Response.StatusCode = status;
        return await problems.TryWriteAsync(new() { HttpContext = httpContext, ProblemDetails = { Status = status, Title = title, Detail = detail } });
    }

    [LoggerMessage(EventId = 1000, Level = LogLevel.Error, Message = "Request {Trace} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string trace);
}
