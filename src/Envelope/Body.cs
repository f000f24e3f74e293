using System.Security.Cryptography;

namespace Scanlock.Envelope;

/// <summary>
/// The body of a Crypt4GH file: segments under a data key, without a header. Memory stays flat whatever the length, and all cores help.
/// The format authenticates each segment but not their order or number: where that matters, open through the manifest
/// (<see cref="ManifestOpening"/>).
/// </summary>
public static class Body
{
    /// <summary>Bytes of ciphertext that this many bytes of plaintext become.</summary>
    public static long CiphertextBytes(long plaintextBytes) =>
        plaintextBytes + (Segment.OverheadBytes * ((plaintextBytes + Segment.PlaintextBytes - 1) / Segment.PlaintextBytes));

    /// <summary>Bytes of plaintext that this many bytes of ciphertext hold, if it is whole.</summary>
    public static long PlaintextBytes(long ciphertextBytes) =>
        (ciphertextBytes / Segment.CiphertextBytes * Segment.PlaintextBytes)
        + Math.Max(0, (ciphertextBytes % Segment.CiphertextBytes) - Segment.OverheadBytes);

    /// <summary>
    /// Encrypts all of <paramref name="plaintext"/> into <paramref name="ciphertext"/> and returns the bytes of plaintext. Every segment
    /// has a random nonce, so the same content never makes the same ciphertext twice. Neither stream is closed.
    /// </summary>
    public static async Task<long> EncryptAsync(Stream plaintext, Stream ciphertext, DataKey key, CancellationToken cancellationToken)
    {
        var end = await EncryptAsync(plaintext, ciphertext, key, start: 0, digest: null, cancellationToken);
        return end.BytesRead;
    }

    /// <summary>Encrypts, appending the ciphertext to a digest; so many bytes were written to the stream before.</summary>
    internal static Task<SegmentPipeline.End> EncryptAsync(
        Stream plaintext, Stream ciphertext, DataKey key, long start, IncrementalHash? digest, CancellationToken cancellationToken)
    {
        var pipeline = new SegmentPipeline([key], Segment.PlaintextBytes, Segment.CiphertextBytes, EncryptBlock);
        return pipeline.RunAsync(plaintext, ciphertext, start, digest, cancellationToken);
    }

    /// <summary>
    /// Decrypts a body and returns the bytes of plaintext. Only what has authenticated is written, in order; at the first segment that does
    /// not, nothing more is, and the opening is refused. Neither stream is closed.
    /// </summary>
    public static async Task<Opening<long>> DecryptAsync(
        Stream ciphertext, Stream plaintext, DataKeys keys, CancellationToken cancellationToken)
    {
        var pipeline = new SegmentPipeline(keys.All, Segment.CiphertextBytes, Segment.PlaintextBytes, DecryptBlock);
        var end = await pipeline.RunAsync(ciphertext, plaintext, start: 0, digest: null, cancellationToken);
        return end.FailedSegment is { } index ? new SegmentNotAuthentic(index) : end.BytesWritten;
    }

    /// <summary>Encrypts what is whole in memory; the ciphertext has <see cref="CiphertextBytes"/>.</summary>
    internal static void Encrypt(ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, DataKey key)
    {
        using var cipher = new ChaCha20Poly1305(key.Bytes);
        Encrypt(plaintext, ciphertext, cipher);
    }

    private static void EncryptBlock(SegmentBlock block) => block.Finish(Encrypt(block.Input, block.Output, block.Ciphers[0]));

    private static int Encrypt(ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, ChaCha20Poly1305 cipher)
    {
        var written = 0;
        while (!plaintext.IsEmpty)
        {
            var part = plaintext[..Math.Min(plaintext.Length, Segment.PlaintextBytes)];
            var segment = ciphertext.Slice(written, part.Length + Segment.OverheadBytes);
            RandomNumberGenerator.Fill(segment[..Segment.NonceBytes]);
            Segment.Encrypt(cipher, part, segment);
            plaintext = plaintext[part.Length..];
            written += segment.Length;
        }

        return written;
    }

    private static void DecryptBlock(SegmentBlock block)
    {
        var ciphertext = block.Input;
        var plaintext = block.Output;
        var written = 0;
        for (var index = 0; !ciphertext.IsEmpty; index++)
        {
            var segment = ciphertext[..Math.Min(ciphertext.Length, Segment.CiphertextBytes)];
            var bytes = Math.Max(0, segment.Length - Segment.OverheadBytes);
            if (!Segment.TryDecrypt(block.Ciphers, segment, plaintext.Slice(written, bytes)))
            {
                block.Fail(index, written);
                return;
            }

            ciphertext = ciphertext[segment.Length..];
            written += bytes;
        }

        block.Finish(written);
    }
}
