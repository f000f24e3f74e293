using Microsoft.AspNetCore.Diagnostics;
using Scanlock.Gateway.Auditing;
using Scanlock.IntakeWorkers;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway;

/// <summary>Answers 503, with the reason, where an act failed because something the gateway needs is broken: log, intake or store.</summary>
internal sealed partial class UnavailableHandler(IProblemDetailsService problems, ILogger<UnavailableHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not (AuditUnavailableException or IntakeUnavailableException or BlobAlteredException or BlobStoreException))
        {
            return false;
        }

        LogUnavailable(logger, exception);
        httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        httpContext.Response.Headers.RetryAfter = "30";
        return await problems.TryWriteAsync(new()
        {
            HttpContext = httpContext,
            ProblemDetails = { Status = StatusCodes.Status503ServiceUnavailable, Title = "Unavailable", Detail = exception.Message },
        });
    }

    [LoggerMessage(EventId = 2200, Level = LogLevel.Error, Message = "A request failed for want of something the gateway needs")]
    private static partial void LogUnavailable(ILogger logger, Exception exception);
}
