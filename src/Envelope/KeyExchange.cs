using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Math.EC.Rfc7748;

namespace Scanlock.Envelope;

/// <summary>X25519 (RFC 7748) and the BLAKE2b step that makes a header packet's key of its result (Crypt4GH 1.0, section 3.3.1).</summary>
internal static class KeyExchange
{
    private static readonly byte[] AnyScalar = [.. Enumerable.Repeat((byte)0x40, SecretKey.Length)];

    public static PublicKey PublicKeyOf(PrivateKey key)
    {
        var point = new byte[SecretKey.Length];
        X25519.GeneratePublicKey(key.Bytes, 0, point, 0);
        return new PublicKey(point);
    }

    /// <summary>Scalars are multiples of eight, so a point of low order gives zero with each of them; any will do to find out.</summary>
    public static bool IsOfLowOrder(PublicKey key) =>
        !X25519.CalculateAgreement(AnyScalar, 0, key.Bytes, 0, new byte[SecretKey.Length], 0);

    /// <summary>
    /// K_shared, the first 32 bytes of Blake2b(K_dh || reader || writer), into <paramref name="shared"/>; false if K_dh is all zero.
    /// <paramref name="mine"/> is either side's private key, <paramref name="theirs"/> the other side's public key.
    /// </summary>
    public static bool TryShare(PrivateKey mine, PublicKey theirs, PublicKey reader, PublicKey writer, Span<byte> shared)
    {
        var agreement = GC.AllocateArray<byte>(SecretKey.Length, pinned: true);
        var hash = GC.AllocateArray<byte>(64, pinned: true);
        try
        {
            if (!X25519.CalculateAgreement(mine.Bytes, 0, theirs.Bytes, 0, agreement, 0))
            {
                return false;
            }

            var blake = new Blake2bDigest(512);
            blake.BlockUpdate(agreement, 0, agreement.Length);
            blake.BlockUpdate(reader.Bytes, 0, SecretKey.Length);
            blake.BlockUpdate(writer.Bytes, 0, SecretKey.Length);
            blake.DoFinal(hash, 0);
            hash.AsSpan(0, SecretKey.Length).CopyTo(shared);
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(agreement);
            CryptographicOperations.ZeroMemory(hash);
        }
    }
}
