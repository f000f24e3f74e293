namespace Scanlock.Envelope.Tests;

/// <summary>A stream to read, wrapped; only what a test needs.</summary>
internal abstract class SourceStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public abstract override int Read(Span<byte> buffer);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>Fails the test if anything reads it.</summary>
internal sealed class Unreadable : SourceStream
{
    public override int Read(Span<byte> buffer) => throw new InvalidOperationException("this was to be refused before it was read");
}

/// <summary>Breaks like a lost connection, after some bytes.</summary>
internal sealed class BrokenStream(Stream inner, int breaksAt) : SourceStream
{
    private int left = breaksAt;

    public override int Read(Span<byte> buffer)
    {
        if (left == 0)
        {
            throw new IOException("the connection was lost");
        }

        var read = inner.Read(buffer[..Math.Min(buffer.Length, left)]);
        left -= read;
        return read;
    }
}

/// <summary>Tells of every read, the last one included, which finds the end.</summary>
internal sealed class WatchedStream(Stream inner, Action onRead) : SourceStream
{
    public override int Read(Span<byte> buffer)
    {
        onRead();
        return inner.Read(buffer);
    }
}

/// <summary>Gives at most a few bytes at a time, as a network does.</summary>
internal sealed class DribblingStream(Stream inner, int most) : SourceStream
{
    private int turn;

    public override int Read(Span<byte> buffer) => inner.Read(buffer[..Math.Min(buffer.Length, 1 + (turn++ % most))]);
}

/// <summary>So many zeros, without holding them.</summary>
internal sealed class Zeros(long length) : SourceStream
{
    private long left = length;

    public override int Read(Span<byte> buffer)
    {
        var read = (int)Math.Min(buffer.Length, left);
        buffer[..read].Clear();
        left -= read;
        return read;
    }
}
