using System.Security.Cryptography;
using Scanlock.Contracts;

namespace Scanlock.Envelope;

/// <summary>
/// Hashes and counts the bytes read through it from another stream, which stays open. Reading stops, and <see cref="OverBound"/> says so,
/// once more than <paramref name="bound"/> bytes have come.
/// </summary>
internal sealed class DigestingStream(Stream inner, long bound) : Stream
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Bytes passed so far, none of them past the bound.</summary>
    public long Count { get; private set; }

    public bool OverBound { get; private set; }

    public override bool CanRead => true;

    public override bool CanWrite => false;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>SHA-256 of everything that passed so far.</summary>
    public Sha256Digest Digest() => Sha256Digest.FromHash(hash.GetCurrentHash());

    /// <summary>Reads what is left, only to hash it.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        while (await ReadAsync(buffer, cancellationToken) > 0)
        {
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (OverBound)
        {
            return 0;
        }

        var read = await inner.ReadAsync(buffer, cancellationToken);
        if (read > bound - Count)
        {
            OverBound = true;
            read = (int)(bound - Count);
        }

        hash.AppendData(buffer.Span[..read]);
        Count += read;
        return read;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("asynchronous only");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
