using System.Buffers;
using System.Buffers.Binary;

namespace Scanlock.Intake.Pixels;

/// <summary>JPEG (ITU-T T.81 annex B) and JPEG-LS (T.87 annex C) with no segments but those that decoding needs, each of the length that it must have.</summary>
internal static class PlainJpeg
{
    private const byte Mark = 0xff;
    private const byte StartOfImage = 0xd8;
    private const byte EndOfImage = 0xd9;
    private const byte StartOfScan = 0xda;
    private const byte FirstRestart = 0xd0;
    private const byte LastRestart = 0xd7;

    // Version 1.1, no unit, square, no thumbnail.
    private static readonly byte[] PlainJfif = [.. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0];

    // Decoders tell by these two segments how colours are coded (ITU-T T.871 10.1, T.872 6.5.3).
    private static ReadOnlySpan<byte> Jfif => "JFIF\0"u8;

    private static ReadOnlySpan<byte> Adobe => "Adobe"u8;

    // An extension of some encoders of JPEG-LS: the colours are transformed.
    private static ReadOnlySpan<byte> ColourTransform => "mrfx"u8;

    internal static byte[]? Of(ReadOnlySpan<byte> frame, int samplesPerPixel, bool isJpegLs)
    {
        if (frame is not [Mark, StartOfImage, ..])
        {
            return null;
        }

        var plain = new ArrayBufferWriter<byte>(frame.Length);
        plain.Write([Mark, StartOfImage]);
        var at = 2;
        while (NextMarker(frame, ref at) is { } marker)
        {
            if (marker == EndOfImage)
            {
                plain.Write([Mark, EndOfImage]);
                return plain.WrittenSpan.ToArray();
            }

            if (NextSegment(frame, ref at, out var segment) && Kept(marker, segment, samplesPerPixel, isJpegLs) is { } kept)
            {
                Write(plain, marker, kept);
            }
            else
            {
                return null;
            }

            if (marker == StartOfScan)
            {
                var end = ScanEnd(frame, at, isJpegLs);
                plain.Write(frame[at..end]);
                at = end;
            }
        }

        return null;
    }

    private static byte? NextMarker(ReadOnlySpan<byte> frame, ref int at)
    {
        if (at >= frame.Length || frame[at] != Mark)
        {
            return null;
        }

        while (at < frame.Length && frame[at] == Mark)
        {
            at++;
        }

        return at < frame.Length && frame[at] != 0 ? frame[at++] : null;
    }

    private static bool NextSegment(ReadOnlySpan<byte> frame, ref int at, out ReadOnlySpan<byte> segment)
    {
        segment = default;
        if (at + sizeof(ushort) > frame.Length)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(frame[at..]);
        if (length < sizeof(ushort) || length > frame.Length - at)
        {
            return false;
        }

        segment = frame[(at + sizeof(ushort))..(at + length)];
        at += length;
        return true;
    }

    private static void Write(ArrayBufferWriter<byte> plain, byte marker, ReadOnlySpan<byte> segment)
    {
        if (!segment.IsEmpty)
        {
            var length = segment.Length + sizeof(ushort);
            plain.Write([Mark, marker, (byte)(length >> 8), (byte)length]);
            plain.Write(segment);
        }
    }

    /// <summary>What is written of a segment: nothing of one without use; null where it is not known.</summary>
    private static byte[]? Kept(byte marker, ReadOnlySpan<byte> segment, int samplesPerPixel, bool isJpegLs)
    {
        var hasColours = samplesPerPixel > 1 && !isJpegLs;
        return marker switch
        {
            0xe0 when hasColours && segment.StartsWith(Jfif) => PlainJfif,
            0xee when hasColours && segment.StartsWith(Adobe) => segment is [.., var transform and <= 2] && segment.Length == 12 ? [.. Adobe, 0, 100, 0, 0, 0, 0, transform] : null,
            0xe8 when isJpegLs && segment.StartsWith(ColourTransform) => null,
            0xfe or (>= 0xe0 and <= 0xef) => [],
            _ => IsWhole(marker, segment, isJpegLs) ? segment.ToArray() : null,
        };
    }

    /// <summary>Whether it is a segment that decoding needs, and nothing is behind what is needed of it.</summary>
    private static bool IsWhole(byte marker, ReadOnlySpan<byte> segment, bool isJpegLs) => marker switch
    {
        >= 0xc0 and <= 0xc3 when !isJpegLs => segment.Length > 5 && segment.Length == 6 + (3 * segment[5]),
        0xf7 when isJpegLs => segment.Length > 5 && segment.Length == 6 + (3 * segment[5]),
        0xf8 when isJpegLs => segment is [1, ..] && segment.Length == 11,
        0xc4 when !isJpegLs => AreHuffmanTables(segment),
        0xdb when !isJpegLs => AreQuantizationTables(segment),
        0xdd => segment.Length == sizeof(ushort),
        StartOfScan => segment.Length > 0 && segment.Length == 4 + (2 * segment[0]),
        _ => false,
    };

    private static bool AreHuffmanTables(ReadOnlySpan<byte> segment)
    {
        const int Lengths = 16;
        while (segment.Length > Lengths)
        {
            var bytes = 1 + Lengths;
            foreach (var codes in segment[1..(1 + Lengths)])
            {
                bytes += codes;
            }

            if (bytes > segment.Length)
            {
                return false;
            }

            segment = segment[bytes..];
        }

        return segment.IsEmpty;
    }

    private static bool AreQuantizationTables(ReadOnlySpan<byte> segment)
    {
        const int Elements = 64;
        while (!segment.IsEmpty)
        {
            var bytes = 1 + (segment[0] >> 4 == 0 ? Elements : Elements * sizeof(ushort));
            if (bytes > segment.Length)
            {
                return false;
            }

            segment = segment[bytes..];
        }

        return true;
    }

    /// <summary>Where the next marker is that is neither a restart nor a byte of the scan (T.81 B.1.1.5, T.87 A.1).</summary>
    private static int ScanEnd(ReadOnlySpan<byte> frame, int at, bool isJpegLs)
    {
        for (; at + 1 < frame.Length; at++)
        {
            var next = frame[at + 1];
            var isData = frame[at] != Mark || next is >= FirstRestart and <= LastRestart || (isJpegLs ? next < 0x80 : next == 0);
            if (!isData)
            {
                return at;
            }
        }

        return frame.Length;
    }
}
