using Scanlock.Contracts.Intake;

namespace Scanlock.Intake;

/// <summary>The bytes of the object at hand, as its chunks arrive. Throws <see cref="ObjectAbandonedException"/> where the host abandons the object.</summary>
internal sealed class ObjectStream(Stream host) : Stream
{
    private int left;
    private bool isOver;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || !HasMore())
        {
            return 0;
        }

        var count = host.Read(buffer[..Math.Min(buffer.Length, left)]);
        left -= count > 0 ? count : throw new EndOfStreamException("The host is gone.");
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <summary>Reads past what is left of the object, so that the next task follows.</summary>
    internal void Finish()
    {
        var passed = new byte[IntakeProtocol.MaxChunkBytes];
        try
        {
            while (Read(passed) > 0)
            {
            }
        }
        catch (ObjectAbandonedException)
        {
            // That is an end too.
        }
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private bool HasMore()
    {
        if (left == 0 && !isOver)
        {
            var next = IntakeFrames.ReadChunkLength(host);
            isOver = next is null or 0;
            left = next ?? throw new ObjectAbandonedException();
        }

        return left > 0;
    }
}

/// <summary>The host wants no verdict on the object at hand any more.</summary>
internal sealed class ObjectAbandonedException : IOException
{
    public ObjectAbandonedException() : base("The object was abandoned.") { }

    public ObjectAbandonedException(string message) : base(message) { }

    public ObjectAbandonedException(string message, Exception inner) : base(message, inner) { }
}
