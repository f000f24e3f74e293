using System.Buffers;

namespace Scanlock.Gateway.Dicomweb;

/// <summary>The body of one part as it arrives: its beginning was looked at, and where reading fails, that is known to be the sender's doing.</summary>
internal sealed class PartBody : Stream
{
    private readonly Stream _rest;
    private readonly byte[] _head;
    private readonly int _headLength;
    private int _position;

    private PartBody(byte[] head, int headLength, Stream rest) => (_head, _headLength, _rest) = (head, headLength, rest);

    /// <summary>Whether the part could not be read to its end: the sender broke off, or what was sent is no multipart.</summary>
    public bool IsBroken { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>What the part calls its object, and the whole part to read.</summary>
    /// <exception cref="IOException">The sender broke off.</exception>
    public static async Task<(SopReference? Sop, PartBody Body)> OpenAsync(Stream part, CancellationToken cancellationToken)
    {
        var head = ArrayPool<byte>.Shared.Rent(SopReference.HeadBytes);
        var read = -1;
        try
        {
            read = await part.ReadAtLeastAsync(head.AsMemory(0, SopReference.HeadBytes), SopReference.HeadBytes, throwOnEndOfStream: false, cancellationToken);
            return (SopReference.Read(head.AsSpan(0, read)), new(head, read, part));
        }
        finally
        {
            if (read < 0)
            {
                ArrayPool<byte>.Shared.Return(head, clearArray: true);
            }
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position < _headLength)
        {
            var count = Math.Min(buffer.Length, _headLength - _position);
            _head.AsMemory(_position, count).CopyTo(buffer);
            _position += count;
            return count;
        }

        IsBroken = true;
        var read = await _rest.ReadAsync(buffer, cancellationToken);
        IsBroken = false;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Nothing to do; what wraps a stream flushes it in closing.</summary>
    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        ArrayPool<byte>.Shared.Return(_head, clearArray: true);
        base.Dispose(disposing);
    }
}
