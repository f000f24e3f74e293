namespace Scanlock.Gateway.Storage.Blobs.AzureStorage;

/// <summary>
/// Reads a blob to its end over as many connections as it takes. Each goes on at the byte the one before was cut at, in the very version
/// that was opened: one that was replaced in between ends in <see cref="BlobAlteredException"/>, never in a splice of two.
/// </summary>
internal sealed class ResumingBlobStream(BlobContainer container, string name, BlobBody opened) : Stream
{
    /// <summary>Connections in a row that may break without having brought a byte.</summary>
    private const int MaxFruitless = 5;

    private Stream _content = opened.Content;
    private long _position;
    private int _fruitless;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => opened.Length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_position < opened.Length && !buffer.IsEmpty)
        {
            Exception? cut = null;
            try
            {
                var read = await _content.ReadAsync(buffer, cancellationToken);
                if (read > 0)
                {
                    _position += read;
                    _fruitless = 0;
                    return read;
                }
            }
            catch (Exception e) when (e is IOException or HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                cut = e;
            }

            if (++_fruitless > MaxFruitless)
            {
                throw new BlobStoreException("The blob store breaks off every connection.", cut!);
            }

            await ResumeAsync(cancellationToken);
        }

        return 0;
    }

    private async Task ResumeAsync(CancellationToken cancellationToken)
    {
        await _content.DisposeAsync();
        _content = Null;
        var rest = await container.GetAsync(name, _position, opened.Tag, cancellationToken)
            ?? throw new BlobAlteredException("A stored ciphertext was destroyed while it was read.");
        _content = rest.Content;
        if (rest.Tag != opened.Tag || rest.Length != opened.Length)
        {
            throw new BlobAlteredException("A stored ciphertext was replaced while it was read.");
        }
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
            _content.Dispose();
        }

        base.Dispose(disposing);
    }
}
