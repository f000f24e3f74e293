using System.IO.Pipelines;
using Scanlock.Envelope;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets.Archive;

/// <summary>A rendition in the blob store that is not recorded yet.</summary>
internal sealed record ReceivedRendition(string Blob, long PlaintextBytes, BlobWritten Written);

/// <summary>
/// Encrypts a rendition while it comes (P2): at most so much of it waits in memory, and what is abandoned is never a blob.
/// </summary>
internal sealed class RenditionWriting
{
    private const int PauseBytes = 1 << 20;

    private readonly Pipe pipe = new(new PipeOptions(pauseWriterThreshold: PauseBytes, resumeWriterThreshold: PauseBytes / 2, useSynchronizationContext: false));
    private readonly string blob = Guid.NewGuid().ToString("N");
    private readonly Task<ReceivedRendition> writing;

    private RenditionWriting(string dataset, IBlobStore blobs, PublicKey storage, CancellationToken cancellationToken) =>
        writing = WriteAsync(dataset, blobs, storage, cancellationToken);

    /// <summary>The name it will have.</summary>
    public string Blob => blob;

    public static RenditionWriting Start(string dataset, IBlobStore blobs, PublicKey storage, CancellationToken cancellationToken) =>
        new(dataset, blobs, storage, cancellationToken);

    /// <exception cref="IOException">The store fails.</exception>
    public async Task AddAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if ((await pipe.Writer.WriteAsync(bytes, cancellationToken)).IsCompleted)
        {
            // Nobody reads any more, and only for a fault of the store's.
            await writing;
        }
    }

    /// <summary>That was all of it.</summary>
    /// <exception cref="IOException">The store fails.</exception>
    public async Task<ReceivedRendition> EndAsync()
    {
        await pipe.Writer.CompleteAsync();
        return await writing;
    }

    /// <summary>The object was refused, or whoever sent it went away.</summary>
    public async Task AbandonAsync()
    {
        await pipe.Writer.CompleteAsync(new OperationCanceledException("The object was abandoned."));
        await ((Task)writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<ReceivedRendition> WriteAsync(string dataset, IBlobStore blobs, PublicKey storage, CancellationToken cancellationToken)
    {
        long plaintextBytes = 0;
        await using var plaintext = pipe.Reader.AsStream();
        var written = await blobs.WriteAsync(
            BlobNames.Rendition(dataset, blob),
            async (stream, token) => plaintextBytes = await WholeFile.SealAsync(plaintext, stream, [storage], token),
            cancellationToken);
        return new(blob, plaintextBytes, written);
    }
}
