using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Scanlock.Envelope;

/// <summary>
/// The Crypt4GH v1 header: who may open a body, kept apart from it, so that granting and taking back never touches the body.
/// Layout and bounds are in <see cref="HeaderLayout"/>.
/// </summary>
public static class Header
{
    /// <summary>The most bytes a header may have here; the format itself sets no bound.</summary>
    public const int MaxBytes = 128 * 1024;

    /// <summary>The most packets a header may have here, and so the most recipients.</summary>
    public const int MaxPackets = 1000;

    /// <summary>Bytes of a header for so many recipients.</summary>
    internal static int Bytes(int recipients) => HeaderLayout.PreludeBytes + (recipients * HeaderPacket.DataKeyPacketBytes);

    /// <summary>
    /// A header that lets each recipient, once, open what <paramref name="key"/> encrypts.
    /// The writer's key pair is made for this header and wiped: only recipients can open it.
    /// </summary>
    public static byte[] Create(DataKey key, IReadOnlyCollection<PublicKey> recipients)
    {
        var readers = recipients.Distinct().ToArray();
        if (readers.Length is 0 or > MaxPackets)
        {
            throw new ArgumentException($"a header needs 1 to {MaxPackets} recipients, not {readers.Length}", nameof(recipients));
        }

        var header = new byte[Bytes(readers.Length)];
        HeaderLayout.WritePrelude(header, readers.Length);
        using var writer = PrivateKey.Generate();
        var rest = header.AsSpan(HeaderLayout.PreludeBytes);
        foreach (var reader in readers)
        {
            HeaderPacket.SealDataKey(key, writer, reader, rest[..HeaderPacket.DataKeyPacketBytes]);
            rest = rest[HeaderPacket.DataKeyPacketBytes..];
        }

        return header;
    }

    /// <summary>
    /// Every data key the header holds for this reader, at least one. Packets for others are skipped, as the format asks;
    /// an edit list, or a writer's key of low order, refuses the whole header.
    /// </summary>
    public static Opening<DataKeys> Open(ReadOnlySpan<byte> header, PrivateKey reader)
    {
        var packets = HeaderLayout.Split(header);
        if (packets.IsRefused)
        {
            return packets.Refusal;
        }

        var keys = new DataKeys();
        var refusal = Collect(header, packets.Value, reader, keys);
        if (refusal is null && keys.Count == 0)
        {
            refusal = new NotForThisKey();
        }

        if (refusal is null)
        {
            return keys;
        }

        keys.Dispose();
        return refusal;
    }

    /// <summary>
    /// The one data key of a header where a second can only have been injected: what Scanlock itself writes. More than one is refused.
    /// </summary>
    public static Opening<DataKey> OpenSingle(ReadOnlySpan<byte> header, PrivateKey reader)
    {
        var opening = Open(header, reader);
        if (opening.IsRefused)
        {
            return opening.Refusal;
        }

        using var keys = opening.Value;
        return keys.Count == 1 ? new DataKey(keys.All[0].Bytes) : new SeveralDataKeys(keys.Count);
    }

    /// <summary>
    /// A new header for other recipients around the same data key; the body stays as it is. The old header must hold exactly one key for
    /// us.
    /// </summary>
    public static Opening<byte[]> Reencrypt(ReadOnlySpan<byte> header, PrivateKey reader, IReadOnlyCollection<PublicKey> recipients)
    {
        var opening = OpenSingle(header, reader);
        if (opening.IsRefused)
        {
            return opening.Refusal;
        }

        using var key = opening.Value;
        return Create(key, recipients);
    }

    /// <summary>Reads exactly the header from the front of a whole file; the stream then stands at the body.</summary>
    public static async Task<Opening<byte[]>> ReadAsync(Stream file, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxBytes];
        var length = await file.ReadAtLeastAsync(
            buffer.AsMemory(0, HeaderLayout.PreludeBytes), HeaderLayout.PreludeBytes, throwOnEndOfStream: false, cancellationToken);
        var prelude = HeaderLayout.ReadPrelude(buffer.AsSpan(0, length));
        if (prelude.IsRefused)
        {
            return prelude.Refusal;
        }

        for (var packet = 0; packet < prelude.Value; packet++)
        {
            if (MaxBytes - length < HeaderLayout.PacketLengthBytes)
            {
                return HeaderLayout.TooLarge();
            }

            var rest = buffer.AsMemory(length);
            if (!await FillAsync(file, rest[..HeaderLayout.PacketLengthBytes], cancellationToken))
            {
                return HeaderLayout.EndsEarly();
            }

            var size = BinaryPrimitives.ReadUInt32LittleEndian(rest.Span);
            if (HeaderLayout.CheckPacket(size, rest.Length) is { } refusal)
            {
                return refusal;
            }

            if (!await FillAsync(file, rest[HeaderLayout.PacketLengthBytes..(int)size], cancellationToken))
            {
                return HeaderLayout.EndsEarly();
            }

            length += (int)size;
        }

        return buffer[..length];
    }

    private static EnvelopeRefusal? Collect(ReadOnlySpan<byte> header, List<Range> packets, PrivateKey reader, DataKeys keys)
    {
        foreach (var range in packets)
        {
            var packet = HeaderPacket.Open(header[range], reader);
            if (packet.IsRefused)
            {
                return packet.Refusal;
            }

            if (packet.Value is HeaderPacket.HoldsDataKey mine)
            {
                keys.Add(mine.Key);
            }
        }

        return null;
    }

    private static async Task<bool> FillAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken) =>
        await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) == buffer.Length;
}
