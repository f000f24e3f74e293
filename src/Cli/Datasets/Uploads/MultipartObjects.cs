using System.Buffers;
using System.Net;
using System.Text;

namespace Scanlock.Cli.Datasets.Uploads;

/// <summary>
/// The body of a store request (PS3.18 10.5.1): objects one after the other, each as it streams from where it lies. Sent in chunks, for an
/// object that turns out shorter than it was said to be must not end as a request that nobody can read.
/// </summary>
internal sealed class MultipartObjects : HttpContent
{
    private const int BufferBytes = 128 << 10;
    private readonly IReadOnlyList<UploadItem> _items;
    private readonly byte[] _delimiter;

    public MultipartObjects(IReadOnlyList<UploadItem> items)
    {
        _items = items;
        var boundary = Guid.NewGuid().ToString("N");
        _delimiter = Encoding.ASCII.GetBytes("--" + boundary);
        Headers.TryAddWithoutValidation("Content-Type", $"multipart/related; type=\"application/dicom\"; boundary={boundary}");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        foreach (var item in _items)
        {
            await stream.WriteAsync(_delimiter, cancellationToken);
            await stream.WriteAsync("\r\nContent-Type: application/dicom\r\n\r\n"u8.ToArray(), cancellationToken);
            await CopyAsync(item, stream, cancellationToken);
            await stream.WriteAsync("\r\n"u8.ToArray(), cancellationToken);
        }

        await stream.WriteAsync(_delimiter, cancellationToken);
        await stream.WriteAsync("--\r\n"u8.ToArray(), cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private static async Task CopyAsync(UploadItem item, Stream target, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            await using var source = Open(item);
            while (true)
            {
                var count = await ReadAsync(item, source, buffer, cancellationToken);
                if (count == 0)
                {
                    return;
                }

                await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private static async Task<int> ReadAsync(UploadItem item, Stream source, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await source.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException e)
        {
            throw new BrokenItemException(item, UnreadableItemException.Of(e));
        }
    }

    private static Stream Open(UploadItem item)
    {
        try
        {
            return item.Open();
        }
        catch (IOException e)
        {
            throw new BrokenItemException(item, UnreadableItemException.Of(e));
        }
    }
}

/// <summary>Sending ended because an item cannot be read. No I/O exception, or the client would take it for the connection's.</summary>
internal sealed class BrokenItemException(UploadItem item, UnreadableItemException why) : Exception(why.Message, why)
{
    public UploadItem Item => item;

    public UnreadableItemException Why => why;
}
