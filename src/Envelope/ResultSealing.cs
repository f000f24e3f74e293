using System.Security.Cryptography;
using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;

namespace Scanlock.Envelope;

/// <summary>
/// Seals what a job hands out to its gateway as a standard Crypt4GH file, and opens it there against the signed bundle's digest and size.
/// </summary>
public static class ResultSealing
{
    /// <summary>Encrypts to the gateway and returns what the bundle must say of the file. Neither stream is closed.</summary>
    public static async Task<SealedPart> SealAsync(Stream plaintext, Stream file, PublicKey gateway, CancellationToken cancellationToken)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (_, bytes) = await WholeFile.SealAsync(plaintext, file, [gateway], digest, cancellationToken);
        return new SealedPart(Sha256Digest.FromHash(digest.GetHashAndReset()), bytes);
    }

    /// <summary>Decrypts into a new file that appears only after every check, as <see cref="ManifestOpening.ToFileAsync"/> does.</summary>
    public static Task<Opening<long>> OpenToFileAsync(
        Stream file, SealedPart part, PrivateKey gateway, string path, CancellationToken cancellationToken) =>
        new CheckedContent(file, part.Ciphertext, part.Bytes).OpenToFileAsync(null, gateway, path, cancellationToken);

    /// <summary>Decrypts into memory; refused when it would be more than <paramref name="limit"/> bytes.</summary>
    public static Task<Opening<byte[]>> OpenToMemoryAsync(
        Stream file, SealedPart part, PrivateKey gateway, int limit, CancellationToken cancellationToken) =>
        new CheckedContent(file, part.Ciphertext, part.Bytes).OpenToMemoryAsync(null, gateway, limit, cancellationToken);
}
