using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Scanlock.Envelope;

/// <summary>How a passphrase becomes the key that encrypts a private key file.</summary>
public enum KeyDerivation
{
    Scrypt,
    Pbkdf2HmacSha256,
}

/// <summary>
/// The <c>c4gh-v1</c> encoding: magic, derivation's name, its rounds and salt (unless "none"), cipher's name, and the key, clear or as
/// nonce, ciphertext and MAC under ChaCha20-Poly1305; an optional comment may follow. Each part has a big-endian 16-bit length before it.
/// </summary>
internal static class PrivateKeyEncoding
{
    /// <summary>Room enough for any encoding made here.</summary>
    public const int MaxBytes = 256;

    private const int SaltBytes = 16;
    private const int EncryptedKeyBytes = Segment.NonceBytes + SecretKey.Length + Segment.TagBytes;

    private static ReadOnlySpan<byte> Magic => "c4gh-v1"u8;

    private static ReadOnlySpan<byte> None => "none"u8;

    private static ReadOnlySpan<byte> Cipher => "chacha20_poly1305"u8;

    /// <summary>Writes the encoding, returns its length; an empty passphrase leaves the key clear. The caller wipes the buffer.</summary>
    public static int Encode(PrivateKey key, ReadOnlySpan<byte> passphrase, KeyDerivation derivation, Span<byte> encoded)
    {
        Magic.CopyTo(encoded);
        var length = Magic.Length;
        if (passphrase.IsEmpty)
        {
            Append(encoded, ref length, None);
            Append(encoded, ref length, None);
            Append(encoded, ref length, key.Bytes);
            return length;
        }

        var (name, rounds) = PassphraseKey.ParametersOf(derivation);
        Span<byte> options = stackalloc byte[sizeof(uint) + SaltBytes];
        BinaryPrimitives.WriteUInt32BigEndian(options, rounds);
        RandomNumberGenerator.Fill(options[sizeof(uint)..]);
        Span<byte> encrypted = stackalloc byte[EncryptedKeyBytes];
        RandomNumberGenerator.Fill(encrypted[..Segment.NonceBytes]);
        using var derived = PassphraseKey.Derive(derivation, passphrase, options[sizeof(uint)..], rounds);
        using var cipher = new ChaCha20Poly1305(derived.Bytes);
        Segment.Encrypt(cipher, key.Bytes, encrypted);
        Append(encoded, ref length, Encoding.ASCII.GetBytes(name));
        Append(encoded, ref length, options);
        Append(encoded, ref length, Cipher);
        Append(encoded, ref length, encrypted);
        return length;
    }

    /// <param name="path">Only named in refusals.</param>
    public static Opening<PrivateKey> Decode(string path, ReadOnlySpan<byte> data, ReadOnlySpan<byte> passphrase)
    {
        var damaged = new UnreadableKeyFile(path, "it is not a whole 'c4gh-v1' private key");
        if (!data.StartsWith(Magic))
        {
            return damaged;
        }

        var rest = data[Magic.Length..];
        if (!TryTake(ref rest, out var derivationName))
        {
            return damaged;
        }

        if (derivationName.SequenceEqual(None))
        {
            return TryTake(ref rest, out var cipherName) && cipherName.SequenceEqual(None)
                && TryTake(ref rest, out var key) && key.Length == SecretKey.Length
                ? new PrivateKey(key)
                : damaged;
        }

        return TryTake(ref rest, out var options) && options.Length > sizeof(uint) && TryTake(ref rest, out var cipher)
            && cipher.SequenceEqual(Cipher) && TryTake(ref rest, out var encrypted) && encrypted.Length == EncryptedKeyBytes
            ? Decrypt(path, derivationName, options, encrypted, passphrase)
            : damaged;
    }

    private static Opening<PrivateKey> Decrypt(
        string path,
        ReadOnlySpan<byte> derivationName,
        ReadOnlySpan<byte> options,
        ReadOnlySpan<byte> encrypted,
        ReadOnlySpan<byte> passphrase)
    {
        var rounds = BinaryPrimitives.ReadUInt32BigEndian(options);
        var name = Encoding.ASCII.GetString(derivationName);
        if (PassphraseKey.Find(name, rounds) is not { } derivation)
        {
            // The name comes from the file, so it is only repeated when it looks like one.
            var isPlain = name.Length <= 32 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
            return new UnsupportedKeyDerivation(path, isPlain ? name : "unknown", rounds);
        }

        if (passphrase.IsEmpty)
        {
            return new PassphraseNeeded(path);
        }

        Span<byte> key = stackalloc byte[SecretKey.Length];
        try
        {
            using var derived = PassphraseKey.Derive(derivation, passphrase, options[sizeof(uint)..], rounds);
            using var cipher = new ChaCha20Poly1305(derived.Bytes);
            return Segment.TryDecrypt([cipher], encrypted, key) ? new PrivateKey(key) : new WrongPassphrase(path);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static void Append(Span<byte> encoded, ref int length, ReadOnlySpan<byte> part)
    {
        BinaryPrimitives.WriteUInt16BigEndian(encoded[length..], (ushort)part.Length);
        part.CopyTo(encoded[(length + sizeof(ushort))..]);
        length += sizeof(ushort) + part.Length;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> part)
    {
        part = default;
        if (rest.Length < sizeof(ushort))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (rest.Length - sizeof(ushort) < length)
        {
            return false;
        }

        part = rest.Slice(sizeof(ushort), length);
        rest = rest[(sizeof(ushort) + length)..];
        return true;
    }
}
