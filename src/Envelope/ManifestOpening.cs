using Scanlock.Contracts.Datasets;

namespace Scanlock.Envelope;

/// <summary>
/// Opens shards and label tables through their signed manifest, which protects what Crypt4GH itself does not: that no segment was cut,
/// added, moved, doubled or taken from another body. The header must hold exactly one data key for the reader.
/// Nothing can be acted on too early: the plaintext has no name, or is not returned, until sizes, digest and every segment have been
/// checked. The manifest's own signature is the caller's to check first.
/// A header says nothing of the body it is for and need not: once the body is known to be the manifest's, another's header cannot open it.
/// (The format would let a packet be padded with such a word, but readers in use refuse padded packets.)
/// </summary>
public static class ManifestOpening
{
    /// <summary>
    /// Decrypts into a new file, mode 0600, that appears at <paramref name="path"/> only after every check, and returns its bytes.
    /// Until then it lies beside it as <c>.unchecked</c>; on refusal or failure that is deleted.
    /// </summary>
    public static async Task<Opening<long>> ToFileAsync(
        ReadOnlyMemory<byte> header, Stream body, ManifestPart part, PrivateKey reader, string path, CancellationToken cancellationToken)
    {
        if (Check(part) is { } refusal)
        {
            return refusal;
        }

        var content = new CheckedContent(body, part.Ciphertext, part.CiphertextBytes);
        return await content.OpenToFileAsync(header, reader, path, cancellationToken);
    }

    /// <summary>
    /// Decrypts into memory, for what is small, such as a label table; refused when the manifest promises more than
    /// <paramref name="limit"/> bytes.
    /// </summary>
    public static async Task<Opening<byte[]>> ToMemoryAsync(
        ReadOnlyMemory<byte> header, Stream body, ManifestPart part, PrivateKey reader, int limit, CancellationToken cancellationToken)
    {
        if (Check(part) is { } refusal)
        {
            return refusal;
        }

        var content = new CheckedContent(body, part.Ciphertext, part.CiphertextBytes);
        return await content.OpenToMemoryAsync(header, reader, limit, cancellationToken);
    }

    /// <summary>Sizes that cannot both be true are refused before anything is read.</summary>
    private static SizesDisagree? Check(ManifestPart part) =>
        part.PlaintextBytes < 0 || part.PlaintextBytes > part.CiphertextBytes
        || Body.CiphertextBytes(part.PlaintextBytes) != part.CiphertextBytes
            ? new SizesDisagree(part.CiphertextBytes, part.PlaintextBytes)
            : null;
}
