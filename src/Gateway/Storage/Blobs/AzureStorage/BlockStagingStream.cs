using System.Buffers.Binary;
using System.Globalization;
using Scanlock.Contracts;

namespace Scanlock.Gateway.Storage.Blobs.AzureStorage;

/// <summary>
/// Takes a blob's content and stages it block by block: one block is on its way while the next fills, so that two are in memory at most.
/// Nobody sees anything of it before <see cref="CommitAsync"/>; blocks that were never committed the service drops after a week.
/// </summary>
internal sealed class BlockStagingStream(BlobContainer container, string name) : Stream
{
    public const int BlockBytes = 4 << 20;

    /// <summary>As many blocks as a blob can have: about 195 GiB.</summary>
    private const int MaxBlocks = 50_000;
    private const int FirstBytes = 64 << 10;

    /// <summary>Blocks of this writer only: those of one that was cut off under the same name are no part of what this one commits.</summary>
    private readonly Guid _writer = Guid.NewGuid();
    private readonly List<string> _blocks = [];
    private byte[] _filling = new byte[FirstBytes];
    private byte[] _underway = [];
    private int _filled;
    private Task _staging = Task.CompletedTask;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            if (_filled == BlockBytes)
            {
                await StageAsync(cancellationToken);
            }

            MakeRoomFor(buffer.Length);
            var count = Math.Min(buffer.Length, _filling.Length - _filled);
            buffer[..count].CopyTo(_filling.AsMemory(_filled));
            _filled += count;
            buffer = buffer[count..];
        }
    }

    /// <summary>Makes what was written the blob. What fits one block goes in one request.</summary>
    public async Task CommitAsync(Sha256Digest digest, CancellationToken cancellationToken)
    {
        if (_blocks.Count == 0)
        {
            await container.PutAsync(name, _filling.AsMemory(0, _filled), digest, cancellationToken);
            return;
        }

        await StageAsync(cancellationToken);
        await _staging;
        await container.PutBlockListAsync(name, _blocks, digest, cancellationToken);
    }

    private async Task StageAsync(CancellationToken cancellationToken)
    {
        if (_blocks.Count == MaxBlocks)
        {
            throw new BlobStoreException(string.Create(CultureInfo.InvariantCulture, $"A blob can have {(long)MaxBlocks * BlockBytes} bytes and no more."));
        }

        await _staging;
        var block = NextBlock();
        _blocks.Add(block);
        (_filling, _underway) = (_underway, _filling);
        _staging = container.PutBlockAsync(name, block, _underway.AsMemory(0, _filled), cancellationToken);
        _filled = 0;
    }

    private string NextBlock()
    {
        Span<byte> block = stackalloc byte[20];
        _writer.TryWriteBytes(block);
        BinaryPrimitives.WriteInt32BigEndian(block[16..], _blocks.Count);
        return Convert.ToBase64String(block);
    }

    /// <summary>Small blobs are many at a time, so a buffer starts small and grows to a block.</summary>
    private void MakeRoomFor(int more)
    {
        var needed = (int)Math.Min(BlockBytes, (long)_filled + more);
        if (_filling.Length < needed)
        {
            Array.Resize(ref _filling, Math.Clamp(_filling.Length * 2, needed, BlockBytes));
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Asynchronous only.");

    public override void Flush() { }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Waits for the block underway, whose outcome matters to nobody once the write was given up.</summary>
    public override async ValueTask DisposeAsync()
    {
        await _staging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.DisposeAsync();
    }
}
