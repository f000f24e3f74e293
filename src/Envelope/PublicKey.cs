using Scanlock.Contracts;

namespace Scanlock.Envelope;

/// <summary>
/// An X25519 public key that is safe to encrypt for: one of low order, whose shared secret would be all zero with anyone, cannot be made.
/// </summary>
public sealed class PublicKey : IEquatable<PublicKey>
{
    private readonly byte[] bytes;

    internal PublicKey(byte[] bytes) => this.bytes = bytes;

    internal byte[] Bytes => bytes;

    /// <summary>The key from its 32 bytes; refused when they are not 32 or of low order.</summary>
    public static Opening<PublicKey> FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != SecretKey.Length)
        {
            return new NotAPublicKey($"it has {bytes.Length} bytes, not {SecretKey.Length}");
        }

        var key = new PublicKey(bytes.ToArray());
        return KeyExchange.IsOfLowOrder(key) ? new AllZeroSharedSecret() : key;
    }

    /// <summary>The key from base64, as statements and key files hold it.</summary>
    public static Opening<PublicKey> Parse(string base64)
    {
        var key = new byte[SecretKey.Length];
        return Convert.TryFromBase64String(base64, key, out var length)
            ? FromBytes(key.AsSpan(0, length))
            : new NotAPublicKey($"it is not {SecretKey.Length} bytes in base64");
    }

    public byte[] ToArray() => [.. bytes];

    /// <summary>SHA-256 of the key: what two admins compare out of band.</summary>
    public Sha256Digest Fingerprint() => Sha256Digest.Of(bytes);

    public bool Equals(PublicKey? other) => other is not null && bytes.AsSpan().SequenceEqual(other.bytes);

    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    public override int GetHashCode() => BitConverter.ToInt32(bytes, 0);

    /// <summary>The key in base64, as <see cref="Parse"/> reads it.</summary>
    public override string ToString() => Convert.ToBase64String(bytes);
}
