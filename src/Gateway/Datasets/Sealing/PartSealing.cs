using Scanlock.Contracts.Datasets;
using Scanlock.Envelope;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets.Sealing;

/// <summary>
/// Seals one part of a version. Plaintext exists only between a pipe's ends; what leaves it is ciphertext under a random key of the part's
/// own. The header, for the storage key, lies apart.
/// </summary>
internal sealed class PartSealing(IBlobStore blobs, GatewayKeys keys)
{
    /// <param name="samples">What the part's entry says of how much is in it.</param>
    /// <param name="write">Writes the plaintext.</param>
    public async Task<ManifestPart> SealAsync(
        string dataset, string part, int samples, Func<Stream, CancellationToken, Task<int>> write, CancellationToken cancellationToken)
    {
        SealedBody? body = null;
        await blobs.WriteAsync(
            BlobNames.Body(dataset, part),
            async (ciphertext, token) => (_, body) = await PlaintextPipe.RunAsync(
                write, (plaintext, inner) => ManifestSealing.SealAsync(plaintext, ciphertext, [keys.Storage.PublicKey], inner), token),
            cancellationToken);
        await blobs.WriteAsync(BlobNames.Header(dataset, part), body!.Header, cancellationToken);
        return body.ToPart(part, samples);
    }
}
