using System.Security.Cryptography;
using Scanlock.Contracts;

namespace Scanlock.Gateway.Storage.Blobs;

/// <summary>A blob is not what was written under its name: its length or its digest differs.</summary>
public sealed class BlobAlteredException : IOException
{
    public BlobAlteredException() { }
    public BlobAlteredException(string message) : base(message) { }
    public BlobAlteredException(string message, Exception innerException) : base(message, innerException) { }

    /// <summary>What lay under that name: a part or a sample, where that is known.</summary>
    public string? Part { get; init; }
}

/// <summary>
/// Reads a blob and checks it on the way. The last bytes are held back until the whole has the expected length and digest, so nobody
/// gets a complete altered blob: reading ends in <see cref="BlobAlteredException"/> instead. Owns the blob's stream.
/// </summary>
internal sealed class CheckedBlobStream(Stream blob, Sha256Digest expected, long expectedBytes) : Stream
{
    private const int ChunkBytes = 64 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _ready = new byte[ChunkBytes];
    private byte[] _ahead = new byte[ChunkBytes];
    private int _readyFrom;
    private int _readyTo;
    private int _aheadCount = -1;
    private long _count;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => expectedBytes;

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_readyFrom == _readyTo && !await AdvanceAsync(cancellationToken))
        {
            return 0;
        }

        var count = Math.Min(buffer.Length, _readyTo - _readyFrom);
        _ready.AsMemory(_readyFrom, count).CopyTo(buffer);
        _readyFrom += count;
        return count;
    }

    /// <summary>Makes the chunk read ahead ready, once the one behind it, or the end with the right digest, has been seen.</summary>
    private async ValueTask<bool> AdvanceAsync(CancellationToken cancellationToken)
    {
        if (_aheadCount < 0)
        {
            _aheadCount = await FillAsync(cancellationToken);
        }

        if (_aheadCount == 0)
        {
            return false;
        }

        (_ready, _ahead) = (_ahead, _ready);
        (_readyFrom, _readyTo) = (0, _aheadCount);
        _aheadCount = await FillAsync(cancellationToken);
        return true;
    }

    private async ValueTask<int> FillAsync(CancellationToken cancellationToken)
    {
        var read = await blob.ReadAtLeastAsync(_ahead, ChunkBytes, throwOnEndOfStream: false, cancellationToken);
        _hash.AppendData(_ahead, 0, read);
        _count += read;
        if (_count > expectedBytes || (read < ChunkBytes && (_count != expectedBytes || Sha256Digest.FromHash(_hash.GetCurrentHash()) != expected)))
        {
            throw new BlobAlteredException($"A stored ciphertext of {expectedBytes} bytes, {expected}, was altered.");
        }

        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Asynchronous only.");

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            blob.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>Reads of blobs whose digest the database knows.</summary>
internal static class CheckedBlobs
{
    private const int DeletesAtOnce = 16;

    /// <summary>The blob, checked while it is read.</summary>
    /// <exception cref="BlobAlteredException">There is none, or, while reading, it is not what was written.</exception>
    public static async Task<Stream> OpenCheckedAsync(this IBlobStore blobs, string name, Sha256Digest expected, long bytes, CancellationToken cancellationToken) =>
        await blobs.OpenReadAsync(name, cancellationToken) is { } blob
            ? new CheckedBlobStream(blob, expected, bytes)
            : throw new BlobAlteredException($"A stored ciphertext of {bytes} bytes, {expected}, is gone.");

    /// <summary>A small blob as a whole; one over the bound counts as altered.</summary>
    public static async Task<byte[]?> ReadSmallAsync(this IBlobStore blobs, string name, int maxBytes, CancellationToken cancellationToken)
    {
        await using var blob = await blobs.OpenReadAsync(name, cancellationToken);
        if (blob is null)
        {
            return null;
        }

        var bytes = new byte[maxBytes + 1];
        var read = await blob.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return read <= maxBytes ? bytes[..read] : throw new BlobAlteredException($"A stored blob is larger than the {maxBytes} bytes it can have.");
    }

    public static Task<BlobWritten> WriteAsync(this IBlobStore blobs, string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        blobs.WriteAsync(name, async (stream, token) => await stream.WriteAsync(bytes, token), cancellationToken);

    /// <summary>Destroys everything below a folder, some at a time: a dataset's samples are many, and a store may be far.</summary>
    public static async Task DeleteAllAsync(this IBlobStore blobs, string folder, CancellationToken cancellationToken) =>
        await Parallel.ForEachAsync(
            await blobs.ListAsync(folder, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = DeletesAtOnce, CancellationToken = cancellationToken },
            async (name, token) => await blobs.DeleteAsync(name, token));
}
