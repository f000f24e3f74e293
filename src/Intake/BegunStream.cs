namespace Scanlock.Intake;

/// <summary>A stream whose beginning was looked at: it is read again, and the rest after it.</summary>
internal sealed class BegunStream : Stream
{
    private readonly Stream rest;
    private readonly byte[] start;
    private int given;

    private BegunStream(Stream rest, byte[] start) => (this.rest, this.start) = (rest, start);

    /// <summary>What it begins with, as much of it as there is.</summary>
    internal ReadOnlySpan<byte> Start => start;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    internal static BegunStream Open(Stream stream, int bytes)
    {
        var buffer = new byte[bytes];
        return new BegunStream(stream, buffer[..stream.ReadAtLeast(buffer, bytes, throwOnEndOfStream: false)]);
    }

    public override int Read(Span<byte> buffer)
    {
        if (given == start.Length)
        {
            return rest.Read(buffer);
        }

        var count = Math.Min(buffer.Length, start.Length - given);
        start.AsSpan(given, count).CopyTo(buffer);
        given += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
