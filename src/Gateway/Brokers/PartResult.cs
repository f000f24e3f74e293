using System.Buffers;
using System.Net.Http.Headers;
using Scanlock.Gateway.Storage.Blobs;
using Scanlock.Web;

namespace Scanlock.Gateway.Brokers;

/// <summary>
/// Serves a ciphertext, or the rest of it from an offset (one range, RFC 9110 section 14). The whole is hashed whatever part is asked for;
/// where it is not what was sealed, the connection is broken before the last bytes, so that nobody holds a complete altered copy.
/// </summary>
internal sealed class PartResult(ServedPart part, Func<Task> reportAltered) : IResult
{
    private const int BufferBytes = 64 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using var content = part.Content;
        var bytes = part.Part.CiphertextBytes;
        if (!TryRange(httpContext.Request, bytes, out var from, out var to))
        {
            httpContext.Response.Headers.ContentRange = $"bytes */{bytes}";
            await TypedResults.StatusCode(StatusCodes.Status416RangeNotSatisfiable).ExecuteAsync(httpContext);
            return;
        }

        try
        {
            await ServeAsync(httpContext, content, from, to, bytes);
        }
        catch (BlobAlteredException e)
        {
            await reportAltered();
            if (httpContext.Response.HasStarted)
            {
                httpContext.Abort();
                return;
            }

            httpContext.Response.Headers.Clear();
            await Problems.Unavailable(e.Message).ExecuteAsync(httpContext);
        }
    }

    private static async Task ServeAsync(HttpContext context, Stream content, long from, long to, long bytes)
    {
        var response = context.Response;
        response.StatusCode = from == 0 && to == bytes ? StatusCodes.Status200OK : StatusCodes.Status206PartialContent;
        response.ContentType = "application/octet-stream";
        response.ContentLength = to - from;
        response.Headers.AcceptRanges = "bytes";
        if (response.StatusCode == StatusCodes.Status206PartialContent)
        {
            response.Headers.ContentRange = $"bytes {from}-{to - 1}/{bytes}";
        }

        // One buffer is held back until the next, or the checked end, has been read.
        var (buffer, held) = (ArrayPool<byte>.Shared.Rent(BufferBytes), ArrayPool<byte>.Shared.Rent(BufferBytes));
        try
        {
            var heldCount = 0;
            int read;
            for (long position = 0; (read = await content.ReadAsync(buffer.AsMemory(0, BufferBytes), context.RequestAborted)) > 0; position += read)
            {
                var start = (int)Math.Clamp(from - position, 0, read);
                var end = (int)Math.Clamp(to - position, 0, read);
                if (start >= end)
                {
                    continue;
                }

                await response.Body.WriteAsync(held.AsMemory(0, heldCount), context.RequestAborted);
                heldCount = end - start;
                buffer.AsSpan(start, heldCount).CopyTo(held);
            }

            await response.Body.WriteAsync(held.AsMemory(0, heldCount), context.RequestAborted);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            ArrayPool<byte>.Shared.Return(held);
        }
    }

    private static bool TryRange(HttpRequest request, long bytes, out long from, out long to)
    {
        (from, to) = (0, bytes);
        if (!RangeHeaderValue.TryParse(request.Headers.Range.ToString(), out var range) || range.Unit != "bytes" || range.Ranges.Count != 1)
        {
            // What is no single range of bytes may be ignored, and the whole is served.
            return true;
        }

        var asked = range.Ranges.First();
        (from, to) = asked.From is { } first
            ? (first, Math.Min(bytes, (asked.To ?? (bytes - 1)) + 1))
            : (Math.Max(0, bytes - asked.To!.Value), bytes);
        return from < to;
    }
}
