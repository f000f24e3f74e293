using Microsoft.AspNetCore.Http;

namespace Scanlock.Broker.Tests.Ends;

/// <summary>Serves the bytes from an offset on and breaks the connection off before the end, where what was sent may be lost unless it was taken before.</summary>
internal sealed class BrokenAnswer(byte[] bytes, int from, int end, Func<Task> isTaken) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = from == 0 ? StatusCodes.Status200OK : StatusCodes.Status206PartialContent;
        httpContext.Response.ContentLength = bytes.Length - from;
        if (from > 0)
        {
            httpContext.Response.Headers.ContentRange = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}";
        }

        await httpContext.Response.Body.WriteAsync(bytes.AsMemory(from..end), httpContext.RequestAborted);
        await httpContext.Response.Body.FlushAsync(httpContext.RequestAborted);
        await isTaken();
        httpContext.Abort();
    }
}
