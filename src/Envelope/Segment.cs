using System.Security.Cryptography;

namespace Scanlock.Envelope;

/// <summary>One segment of a body (Crypt4GH 1.0, section 3.4): nonce, up to 64 KiB of ciphertext, MAC. Each stands alone.</summary>
internal static class Segment
{
    public const int NonceBytes = 12;
    public const int TagBytes = 16;
    public const int OverheadBytes = NonceBytes + TagBytes;
    public const int PlaintextBytes = 64 * 1024;
    public const int CiphertextBytes = PlaintextBytes + OverheadBytes;

    /// <summary>Encrypts into <paramref name="segment"/>, whose first bytes already hold the nonce.</summary>
    public static void Encrypt(ChaCha20Poly1305 cipher, ReadOnlySpan<byte> plaintext, Span<byte> segment) =>
        cipher.Encrypt(
            segment[..NonceBytes],
            plaintext,
            segment.Slice(NonceBytes, plaintext.Length),
            segment.Slice(NonceBytes + plaintext.Length, TagBytes));

    /// <summary>Decrypts under the first of the keys that authenticates it; false, and nothing of it in clear, if none does.</summary>
    public static bool TryDecrypt(ReadOnlySpan<ChaCha20Poly1305> ciphers, ReadOnlySpan<byte> segment, Span<byte> plaintext)
    {
        if (segment.Length < OverheadBytes)
        {
            return false;
        }

        foreach (var cipher in ciphers)
        {
            try
            {
                cipher.Decrypt(segment[..NonceBytes], segment[NonceBytes..^TagBytes], segment[^TagBytes..], plaintext);
                return true;
            }
            catch (AuthenticationTagMismatchException)
            {
                // Another key may open it: a file can be made of parts under several.
                continue;
            }
        }

        return false;
    }
}
