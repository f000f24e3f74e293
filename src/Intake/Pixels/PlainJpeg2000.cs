using System.Buffers;
using System.Buffers.Binary;

namespace Scanlock.Intake.Pixels;

/// <summary>
/// JPEG 2000 (ISO/IEC 15444-1 annex A) as a bare code stream, with no segments but those that decoding needs. The pointers into it (TLM, PLM, PLT)
/// go, for they are only there to find places sooner; with packed packet headers, or in the boxes of a JP2 file, it is not known.
/// </summary>
internal static class PlainJpeg2000
{
    private const ushort StartOfCodestream = 0xff4f;
    private const ushort Size = 0xff51;
    private const ushort StartOfTile = 0xff90;
    private const ushort StartOfData = 0xff93;
    private const ushort EndOfCodestream = 0xffd9;
    private const int TileHeadBytes = 12;
    private const int TileLengthAt = 6;

    // A quantization of 32 levels, the longest there is, takes 197.
    private const int MaxSegment = 200;

    internal static byte[]? Of(ReadOnlySpan<byte> frame)
    {
        var plain = new ArrayBufferWriter<byte>(frame.Length);
        if (Marker(frame, 0) != StartOfCodestream)
        {
            return null;
        }

        var at = Write(plain, StartOfCodestream);
        if (!CopyHeader(frame, ref at, plain, StartOfTile))
        {
            return null;
        }

        while (Marker(frame, at) == StartOfTile)
        {
            if (!CopyTile(frame, ref at, plain))
            {
                return null;
            }
        }

        if (Marker(frame, at) != EndOfCodestream)
        {
            return null;
        }

        Write(plain, EndOfCodestream);
        return plain.WrittenSpan.ToArray();
    }

    private static ushort Marker(ReadOnlySpan<byte> frame, int at) => at + sizeof(ushort) <= frame.Length ? BinaryPrimitives.ReadUInt16BigEndian(frame[at..]) : (ushort)0;

    private static int Write(ArrayBufferWriter<byte> plain, ushort marker)
    {
        plain.Write([(byte)(marker >> 8), (byte)marker]);
        return sizeof(ushort);
    }

    /// <summary>A header's segments, up to the marker behind them.</summary>
    private static bool CopyHeader(ReadOnlySpan<byte> frame, ref int at, ArrayBufferWriter<byte> plain, ushort until)
    {
        while (Marker(frame, at) is var marker && marker != until)
        {
            var end = at + sizeof(ushort) + Marker(frame, at + sizeof(ushort));
            if (end < at + (2 * sizeof(ushort)) || end > frame.Length)
            {
                return false;
            }

            var segment = frame[at..end];
            at = end;
            switch (marker)
            {
                // COD, COC, RGN, QCD, QCC and POC.
                case 0xff52 or 0xff53 or (>= 0xff5c and <= 0xff5f) when segment.Length <= MaxSegment:
                case Size when segment.Length > 39 && segment.Length == 40 + (3 * Marker(segment, 38)):
                    plain.Write(segment);
                    break;

                // TLM, PLM, PLT, CRG and COM.
                case 0xff55 or 0xff57 or 0xff58 or 0xff63 or 0xff64:
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    /// <summary>A tile-part, whose head says how long it is.</summary>
    private static bool CopyTile(ReadOnlySpan<byte> frame, ref int at, ArrayBufferWriter<byte> plain)
    {
        var rest = frame[at..];
        if (rest.Length < TileHeadBytes || Marker(rest, sizeof(ushort)) != TileHeadBytes - sizeof(ushort))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(rest[TileLengthAt..]);
        if (length < TileHeadBytes || length > rest.Length)
        {
            return false;
        }

        var part = rest[..(int)length];
        var header = new ArrayBufferWriter<byte>();
        var data = TileHeadBytes;
        if (!CopyHeader(part, ref data, header, StartOfData))
        {
            return false;
        }

        var head = part[..TileHeadBytes].ToArray();
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(TileLengthAt), TileHeadBytes + header.WrittenCount + part.Length - data);
        plain.Write(head);
        plain.Write(header.WrittenSpan);
        plain.Write(part[data..]);
        at += part.Length;
        return true;
    }
}
