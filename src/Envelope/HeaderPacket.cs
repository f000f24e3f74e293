using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Scanlock.Envelope;

/// <summary>
/// One header packet (Crypt4GH 1.0, sections 3.2.1 to 3.3): length, method, the writer's public key, a nonce, the encrypted payload, its
/// MAC. The payload is a type, then either data encryption parameters (a method and a key) or an edit list.
/// </summary>
internal static class HeaderPacket
{
    private const int WriterAt = 8;
    private const int NonceAt = WriterAt + SecretKey.Length;
    private const int PayloadAt = NonceAt + Segment.NonceBytes;
    private const int DataKeyPayloadBytes = 4 + 4 + SecretKey.Length;

    /// <summary>The size of a packet that holds one data key.</summary>
    public const int DataKeyPacketBytes = PayloadAt + DataKeyPayloadBytes + Segment.TagBytes;

    private enum PacketType : uint
    {
        DataEncryptionParameters = 0,
        DataEditList = 1,
    }

    /// <summary>What a packet is to one reader: for someone else, or a data key.</summary>
    public abstract record Content;

    /// <summary>It does not authenticate under our key, which is how the format marks what is meant for others.</summary>
    public sealed record ForAnother : Content;

    public sealed record HoldsDataKey(DataKey Key) : Content;

    public static void SealDataKey(DataKey key, PrivateKey writer, PublicKey reader, Span<byte> packet)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(packet, DataKeyPacketBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(packet[4..], 0);
        writer.PublicKey.Bytes.CopyTo(packet[WriterAt..]);
        RandomNumberGenerator.Fill(packet.Slice(NonceAt, Segment.NonceBytes));

        Span<byte> shared = stackalloc byte[SecretKey.Length];
        Span<byte> payload = stackalloc byte[DataKeyPayloadBytes];
        try
        {
            // The payload's type and method are both zero already: data encryption parameters, chacha20_ietf_poly1305.
            payload.Clear();
            key.Bytes.CopyTo(payload[8..]);
            if (!KeyExchange.TryShare(writer, reader, reader, writer.PublicKey, shared))
            {
                throw new InvalidOperationException("a public key of low order was let in");
            }

            using var cipher = new ChaCha20Poly1305(shared);
            cipher.Encrypt(
                packet.Slice(NonceAt, Segment.NonceBytes),
                payload,
                packet.Slice(PayloadAt, DataKeyPayloadBytes),
                packet[(PayloadAt + DataKeyPayloadBytes)..]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(shared);
            CryptographicOperations.ZeroMemory(payload);
        }
    }

    public static Opening<Content> Open(ReadOnlySpan<byte> packet, PrivateKey reader)
    {
        // Other methods may be other readers': as with a failed MAC, what we cannot decrypt is not ours to judge.
        if (BinaryPrimitives.ReadUInt32LittleEndian(packet[4..]) != 0)
        {
            return new ForAnother();
        }

        var payloadBytes = packet.Length - PayloadAt - Segment.TagBytes;
        if (payloadBytes < 4)
        {
            return new MalformedHeader($"a packet of {packet.Length} bytes is too short to hold anything");
        }

        var writer = new PublicKey(packet.Slice(WriterAt, SecretKey.Length).ToArray());
        Span<byte> shared = stackalloc byte[SecretKey.Length];
        var payload = GC.AllocateArray<byte>(payloadBytes, pinned: true);
        try
        {
            if (!KeyExchange.TryShare(reader, writer, reader.PublicKey, writer, shared))
            {
                return new AllZeroSharedSecret();
            }

            using var cipher = new ChaCha20Poly1305(shared);
            cipher.Decrypt(
                packet.Slice(NonceAt, Segment.NonceBytes),
                packet.Slice(PayloadAt, payloadBytes),
                packet[(PayloadAt + payloadBytes)..],
                payload);
            return Read(payload);
        }
        catch (AuthenticationTagMismatchException)
        {
            return new ForAnother();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(shared);
            CryptographicOperations.ZeroMemory(payload);
        }
    }

    /// <summary>Bytes after the parameters are padding, which the format allows.</summary>
    private static Opening<Content> Read(ReadOnlySpan<byte> payload)
    {
        var type = BinaryPrimitives.ReadUInt32LittleEndian(payload);
        if (type != (uint)PacketType.DataEncryptionParameters)
        {
            return type == (uint)PacketType.DataEditList
                ? new EditListPresent()
                : new MalformedHeader($"a packet is of unknown type {type}");
        }

        if (payload.Length < 8)
        {
            return new MalformedHeader("the data encryption parameters end early");
        }

        var method = BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]);
        if (method != 0)
        {
            return new UnsupportedDataEncryption(method);
        }

        return payload.Length < DataKeyPayloadBytes
            ? new MalformedHeader("the data encryption parameters end early")
            : new HoldsDataKey(new DataKey(payload.Slice(8, SecretKey.Length)));
    }
}
