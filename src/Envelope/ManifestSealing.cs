using System.Security.Cryptography;
using Scanlock.Contracts;
using Scanlock.Contracts.Datasets;

namespace Scanlock.Envelope;

/// <summary>Seals shards and label tables: a random key for each, the header apart from the body.</summary>
public static class ManifestSealing
{
    /// <summary>
    /// Encrypts <paramref name="plaintext"/> into <paramref name="body"/> under a new random key that only the recipients can get from the
    /// header returned with it. Neither stream is closed.
    /// </summary>
    public static async Task<SealedBody> SealAsync(
        Stream plaintext, Stream body, IReadOnlyCollection<PublicKey> recipients, CancellationToken cancellationToken)
    {
        using var key = DataKey.Random();
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var end = await Body.EncryptAsync(plaintext, body, key, start: 0, digest, cancellationToken);
        return new SealedBody(
            Header.Create(key, recipients), Sha256Digest.FromHash(digest.GetHashAndReset()), end.BytesWritten, end.BytesRead);
    }
}

/// <summary>A body that was sealed: what the manifest says of it, and the header to keep apart.</summary>
public sealed record SealedBody(ReadOnlyMemory<byte> Header, Sha256Digest Ciphertext, long CiphertextBytes, long PlaintextBytes)
{
    public ManifestPart ToPart(string id, int samples) => new(id, Ciphertext, CiphertextBytes, PlaintextBytes, samples);
}
