using System.Buffers.Binary;
using Scanlock.Contracts.Intake;

namespace Scanlock.Intake.Dicom;

/// <summary>
/// Reads a stream forwards, with a look ahead. Where the stream ends early the object is damaged, where it goes past <see cref="Bound"/> too
/// large. Nothing is allocated for a length that is only claimed.
/// </summary>
internal sealed class DicomInput
{
    private const int BufferBytes = 64 << 10;

    private readonly Stream stream;
    private readonly byte[] buffer;
    private int start;
    private int end;

    internal DicomInput(Stream stream)
    {
        this.stream = stream;
        buffer = new byte[BufferBytes];
    }

    /// <summary>Reads what is in memory already.</summary>
    internal DicomInput(byte[] bytes)
    {
        stream = Stream.Null;
        buffer = bytes;
        end = bytes.Length;
    }

    /// <summary>Bytes read so far.</summary>
    internal long Position { get; private set; }

    /// <summary>The position that must not be passed.</summary>
    internal long Bound { get; set; } = DicomBounds.MaxObjectBytes;

    /// <summary>The next bytes, left where they are; fewer only where the stream ends before.</summary>
    internal ReadOnlySpan<byte> Peek(int count)
    {
        while (end - start < count && Fill())
        {
        }

        return buffer.AsSpan(start, Math.Min(count, end - start));
    }

    internal void Read(Span<byte> bytes)
    {
        Count(bytes.Length);
        var buffered = Math.Min(bytes.Length, end - start);
        buffer.AsSpan(start, buffered).CopyTo(bytes);
        start += buffered;
        var rest = bytes[buffered..];
        if (stream.ReadAtLeast(rest, rest.Length, throwOnEndOfStream: false) < rest.Length)
        {
            throw new DicomException(RefusalCode.Damaged);
        }
    }

    /// <summary>A value of a claimed length, of which memory is taken only as it comes.</summary>
    internal byte[] ReadValue(long length)
    {
        CheckBound(length);
        if (length <= BufferBytes)
        {
            var value = new byte[length];
            Read(value);
            return value;
        }

        var grown = new byte[2 * BufferBytes];
        for (var read = 0; read < length;)
        {
            if (read == grown.Length)
            {
                Array.Resize(ref grown, (int)Math.Min(length, 2L * grown.Length));
            }

            var part = (int)Math.Min(length, grown.Length) - read;
            Read(grown.AsSpan(read, part));
            read += part;
        }

        Array.Resize(ref grown, (int)length);
        return grown;
    }

    internal void Skip(long count)
    {
        CheckBound(count);
        while (count > 0)
        {
            if (start == end && !Fill())
            {
                throw new DicomException(RefusalCode.Damaged);
            }

            var part = (int)Math.Min(count, end - start);
            Count(part);
            start += part;
            count -= part;
        }
    }

    /// <summary>Reads to the stream's end, wherever that is.</summary>
    internal void SkipRest()
    {
        do
        {
            Count(end - start);
            start = end;
        }
        while (Fill());
    }

    internal ushort UInt16(bool bigEndian)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        Read(bytes);
        return bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    internal uint UInt32(bool bigEndian)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        Read(bytes);
        return bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    internal DicomTag Tag(bool bigEndian) => new(UInt16(bigEndian), UInt16(bigEndian));

    /// <summary>What has not been read, as a stream of its own.</summary>
    internal Stream Rest() => new RestStream(this);

    private void CheckBound(long count)
    {
        if (count > Bound - Position)
        {
            throw new DicomException(RefusalCode.TooLarge);
        }
    }

    private void Count(int count)
    {
        CheckBound(count);
        Position += count;
    }

    private bool Fill()
    {
        if (start > 0 && end == buffer.Length && stream != Stream.Null)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }

        var read = end < buffer.Length ? stream.Read(buffer, end, buffer.Length - end) : 0;
        end += read;
        return read > 0;
    }

    private sealed class RestStream(DicomInput input) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var bytes = input.Peek(1).IsEmpty ? 0 : Math.Min(buffer.Length, input.end - input.start);
            input.Read(buffer[..bytes]);
            return bytes;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
