using System.Buffers.Binary;

namespace Scanlock.Envelope;

/// <summary>
/// The outer shape of a header (Crypt4GH 1.0, section 3.2): "crypt4gh", version, packet count, then packets that each begin with their own
/// length; integers are little-endian.
/// </summary>
internal static class HeaderLayout
{
    public const int PreludeBytes = 16;
    public const int PacketLengthBytes = 4;
    private const uint Version = 1;

    /// <summary>A packet holds at least its own length and its encryption method.</summary>
    private const int MinPacketBytes = 8;

    private static ReadOnlySpan<byte> Magic => "crypt4gh"u8;

    public static void WritePrelude(Span<byte> header, int packets)
    {
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], (uint)packets);
    }

    /// <summary>How many packets follow.</summary>
    public static Opening<int> ReadPrelude(ReadOnlySpan<byte> header)
    {
        if (header.Length < Magic.Length || !header.StartsWith(Magic))
        {
            return new NotCrypt4gh();
        }

        if (header.Length < PreludeBytes)
        {
            return EndsEarly();
        }

        var version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (version != Version)
        {
            return new UnsupportedVersion(version);
        }

        var count = BinaryPrimitives.ReadUInt32LittleEndian(header[12..]);
        return count > Header.MaxPackets ? new HeaderTooLarge($"{count} packets, over {Header.MaxPackets}") : (int)count;
    }

    /// <summary>Where each packet lies; refused unless the packets fill the header exactly.</summary>
    public static Opening<List<Range>> Split(ReadOnlySpan<byte> header)
    {
        var prelude = ReadPrelude(header);
        if (prelude.IsRefused)
        {
            return prelude.Refusal;
        }

        if (header.Length > Header.MaxBytes)
        {
            return TooLarge();
        }

        var packets = new List<Range>(prelude.Value);
        var at = PreludeBytes;
        for (var packet = 0; packet < prelude.Value; packet++)
        {
            if (header.Length - at < PacketLengthBytes)
            {
                return EndsEarly();
            }

            var size = BinaryPrimitives.ReadUInt32LittleEndian(header[at..]);
            if (CheckPacket(size, Header.MaxBytes - at) is { } refusal)
            {
                return refusal;
            }

            if (size > header.Length - at)
            {
                return EndsEarly();
            }

            packets.Add(new Range(at, at + (int)size));
            at += (int)size;
        }

        return at == header.Length ? packets : new MalformedHeader($"{header.Length - at} bytes follow the last packet");
    }

    public static EnvelopeRefusal? CheckPacket(uint size, int room) => size switch
    {
        < MinPacketBytes => new MalformedHeader($"a packet says it has {size} bytes"),
        _ when size > room => TooLarge(),
        _ => null,
    };

    public static HeaderTooLarge TooLarge() => new($"more than {Header.MaxBytes} bytes");

    public static MalformedHeader EndsEarly() => new("it ends early");
}
