using System.Buffers.Binary;

namespace Scanlock.Intake;

/// <summary>
/// Reads a stream forwards in one byte order. Throws <see cref="EndOfStreamException"/> where the stream ends early, and
/// <see cref="TooManyBytesException"/> where one without an end of its own (an inflating one) goes past the bound.
/// </summary>
internal sealed class ByteSource(Stream stream, bool bigEndian, long bound)
{
    private readonly byte[] word = new byte[sizeof(uint)];
    private long read;

    /// <summary>The next 16 bits; false where the stream ends here.</summary>
    internal bool TryUInt16(out ushort value)
    {
        var first = stream.ReadByte();
        value = 0;
        if (first < 0)
        {
            return false;
        }

        word[0] = (byte)first;
        Count(1);
        Fill(word.AsSpan(1, 1));
        value = UInt16(word);
        return true;
    }

    internal ushort UInt16()
    {
        Fill(word.AsSpan(0, sizeof(ushort)));
        return UInt16(word);
    }

    internal uint UInt32()
    {
        Fill(word);
        return bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(word) : BinaryPrimitives.ReadUInt32LittleEndian(word);
    }

    internal void Fill(Span<byte> bytes)
    {
        Count(bytes.Length);
        stream.ReadExactly(bytes);
    }

    internal void Skip(long count)
    {
        if (stream.CanSeek)
        {
            if (count > stream.Length - stream.Position)
            {
                throw new EndOfStreamException();
            }

            stream.Position += count;
            return;
        }

        Count(count);
        Span<byte> skipped = stackalloc byte[4096];
        for (; count > 0; count -= Math.Min(count, skipped.Length))
        {
            stream.ReadExactly(skipped[..(int)Math.Min(count, skipped.Length)]);
        }
    }

    private ushort UInt16(ReadOnlySpan<byte> bytes) =>
        bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private void Count(long count)
    {
        read += count;
        if (read > bound)
        {
            throw new TooManyBytesException();
        }
    }
}

/// <summary>There is more to read than an object may have.</summary>
internal sealed class TooManyBytesException : IOException
{
    public TooManyBytesException() : base("More bytes than an object may have.") { }

    public TooManyBytesException(string message) : base(message) { }

    public TooManyBytesException(string message, Exception inner) : base(message, inner) { }
}
