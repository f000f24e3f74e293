using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;
using Scanlock.Envelope;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Results;

/// <summary>Where results lie: as sealed by the job until the gate has seen them, then as the gate wrote them, encrypted for the storage key.</summary>
internal sealed class GatedFiles(IBlobStore blobs, GatewayKeys keys, Alterations alterations)
{
    /// <summary>Stores a part as the job sealed it; refused when it is larger than it may be.</summary>
    public async Task<Outcome<Done>> ReceiveAsync(Sha256Digest job, string part, Stream body, long limit, CancellationToken cancellationToken)
    {
        try
        {
            await blobs.WriteAsync(
                BlobNames.Received(job.Hex, part), (stream, token) => CopyWithinAsync(body, stream, limit, token), cancellationToken);
            return default(Done);
        }
        catch (TooLargeException)
        {
            return new Refusal.Invalid($"The sealed {part} of this job has more than the {limit} bytes that its permit lets it have.");
        }
    }

    /// <summary>Opens what the job sealed, against the bundle's word for it.</summary>
    public async Task<Opening<byte[]>?> OpenReceivedAsync(Sha256Digest job, string part, SealedPart expected, int limit, CancellationToken cancellationToken)
    {
        await using var blob = await blobs.OpenReadAsync(BlobNames.Received(job.Hex, part), cancellationToken);
        return blob is null ? default(Opening<byte[]>?) : await ResultSealing.OpenToMemoryAsync(blob, expected, keys.Sealing, limit, cancellationToken);
    }

    /// <summary>
    /// Keeps what <paramref name="write"/> makes of a part, encrypted on the way; nothing is kept where it says so.
    /// </summary>
    public async Task<(GatedFile? File, T Made)> KeepAsync<T>(
        Sha256Digest job, string part, Func<Stream, CancellationToken, Task<(bool Keep, T Made)>> write, CancellationToken cancellationToken)
    {
        ((bool Keep, T Made) Written, long Bytes) ends = default;
        var blob = await blobs.WriteAsync(
            BlobNames.Gated(job.Hex, part),
            async (ciphertext, token) => ends = await PlaintextPipe.RunAsync(
                write, (plaintext, inner) => WholeFile.SealAsync(plaintext, ciphertext, [keys.Storage.PublicKey], inner), token),
            cancellationToken);
        if (ends.Written.Keep)
        {
            return (new() { Bytes = ends.Bytes, Ciphertext = blob.Digest.ToString(), CiphertextBytes = blob.Bytes }, ends.Written.Made);
        }

        await blobs.DeleteAsync(BlobNames.Gated(job.Hex, part), cancellationToken);
        return (null, ends.Written.Made);
    }

    /// <summary>Decrypts a kept file into a stream, checked on the way; what was altered is on record.</summary>
    /// <exception cref="BlobAlteredException">It is not what was kept.</exception>
    public async Task CopyToAsync(Sha256Digest job, string part, GatedFile file, Stream destination, CancellationToken cancellationToken)
    {
        try
        {
            await OpenToAsync(job, part, file, destination, cancellationToken);
        }
        catch (BlobAlteredException)
        {
            await alterations.ReportAsync(part, Sha256Digest.Parse(file.Ciphertext), ("job", job.ToString()));
            throw;
        }
    }

    private async Task OpenToAsync(Sha256Digest job, string part, GatedFile file, Stream destination, CancellationToken cancellationToken)
    {
        await using var blob = await blobs.OpenCheckedAsync(
            BlobNames.Gated(job.Hex, part), Sha256Digest.Parse(file.Ciphertext), file.CiphertextBytes, cancellationToken);
        var opened = await WholeFile.OpenAsync(blob, destination, keys.Storage, cancellationToken);
        if (opened.IsRefused)
        {
            throw new BlobAlteredException($"A stored result was altered: {opened.Refusal.Message}.");
        }
    }

    /// <summary>Forgets what the job sealed; the gate's own copy stays.</summary>
    public async Task ForgetReceivedAsync(Sha256Digest job, CancellationToken cancellationToken)
    {
        foreach (var part in ResultParts.All)
        {
            await blobs.DeleteAsync(BlobNames.Received(job.Hex, part), cancellationToken);
        }
    }

    private static async Task CopyWithinAsync(Stream from, Stream to, long limit, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        int read;
        for (long total = 0; (read = await from.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            total += read;
            if (total > limit)
            {
                throw new TooLargeException();
            }

            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    /// <summary>Ends a write into the store, so that nothing of it stays.</summary>
    private sealed class TooLargeException : IOException;
}
