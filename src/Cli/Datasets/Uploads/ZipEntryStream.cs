namespace Scanlock.Cli.Datasets.Uploads;

/// <summary>
/// A zip entry's bytes, held to what the archive says of them (APPNOTE 4.4.7 to 4.4.9): not one byte more than its size is handed on, and the
/// end comes only where size and CRC-32 are right.
/// </summary>
internal sealed class ZipEntryStream(Stream inflated, long length, uint checksum, IDisposable archive) : Stream
{
    private long _count;
    private uint _crc = uint.MaxValue;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        int count;
        try
        {
            count = inflated.Read(buffer);
        }
        catch (InvalidDataException e)
        {
            throw new UnreadableItemException("bad-entry", "The entry is damaged.", e);
        }

        _count += count;
        if (_count > length)
        {
            throw new UnreadableItemException("forged-size", "The entry holds more than the archive says.");
        }

        _crc = Crc32.Append(_crc, buffer[..count]);
        return count > 0 ? count
            : _count < length ? throw new UnreadableItemException("forged-size", "The entry holds less than the archive says.")
            : ~_crc != checksum ? throw new UnreadableItemException("bad-checksum", "The entry's checksum is wrong: the archive is damaged.")
            : 0;
    }

    // Inflating is work for the processor; there is nothing to wait for.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inflated.Dispose();
            archive.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>The CRC-32 of zip archives (ISO 3309, reflected polynomial 0xEDB88320).</summary>
internal static class Crc32
{
    private static readonly uint[] s_table = [.. Enumerable.Range(0, 256).Select(value =>
    {
        var crc = (uint)value;
        for (var bit = 0; bit < 8; bit++)
        {
            crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }

        return crc;
    })];

    /// <param name="crc">The inverted checksum of what came before; all ones at the start.</param>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            crc = (crc >> 8) ^ s_table[(byte)crc ^ value];
        }

        return crc;
    }
}
