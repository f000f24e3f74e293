using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets.Archive;

/// <summary>
/// A stream of known length that is read forwards, for a tar's entry, whose length is written before it. It says that it can seek, or the tar
/// would not ask it for the length; it cannot.
/// </summary>
internal sealed class SizedStream(Stream content, long length) : Stream
{
    private long position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (position == length || buffer.IsEmpty)
        {
            return 0;
        }

        var read = await content.ReadAsync(buffer[..(int)Math.Min(buffer.Length, length - position)], cancellationToken);
        position += read;
        return read > 0 ? read : throw Altered();
    }

    /// <summary>Waits for the content's end, which must be here.</summary>
    /// <exception cref="BlobAlteredException">There is more, or there was less.</exception>
    public async Task<long> EndAsync(CancellationToken cancellationToken) =>
        position == length && await content.ReadAsync(new byte[1], cancellationToken) == 0 ? length : throw Altered();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Asynchronous only.");

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private BlobAlteredException Altered() => new($"A stored plaintext of {length} bytes has another length.");
}
