using System.Buffers.Binary;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Pixels;

/// <summary>
/// What an encoded image says of itself, held against what the object says of it before a decoder of foreign code sees either: decoders have
/// been led past their buffers by the two differing.
/// </summary>
internal static class Codestream
{
    private const byte Mark = 0xff;
    private const byte StartOfScan = 0xda;
    private const byte JpegLsFrame = 0xf7;

    // Some writers put the boxes of a JP2 file before the code stream (ISO/IEC 15444-1 annex I).
    private const int MaxBoxBytes = 1 << 10;

    private static ReadOnlySpan<byte> Padding => [0, Mark];

    private static ReadOnlySpan<byte> EndOfImage => [Mark, 0xd9];

    private static ReadOnlySpan<byte> Jpeg2000Start => [Mark, 0x4f, Mark, 0x51];

    internal static void Check(ReadOnlySpan<byte> frame, ImagePixels image, Codec codec)
    {
        var (columns, rows, samples, bits) = codec == Codec.Jpeg2000 ? OfJpeg2000(frame) : OfJpeg(frame);

        // The decoders of JPEG fill what is missing, those of JPEG-LS and JPEG 2000 notice. Behind the end of image is at most padding.
        var isCut = codec == Codec.Jpeg && !frame.TrimEnd(Padding).EndsWith(EndOfImage);
        if (isCut || columns != image.Columns || rows != image.Rows || samples != image.SamplesPerPixel || bits is < 1 or > 16)
        {
            throw new DicomException(RefusalCode.Damaged);
        }
    }

    /// <summary>The frame header (ITU-T T.81 B.2.2, T.87 C.2.2).</summary>
    private static (long Columns, long Rows, int Samples, int Bits) OfJpeg(ReadOnlySpan<byte> frame)
    {
        const int StartOfImageBytes = 2;
        for (var at = StartOfImageBytes; at + 3 < frame.Length && frame[at] == Mark;)
        {
            var marker = frame[at + 1];
            if (marker == Mark)
            {
                at++;
                continue;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(frame[(at + 2)..]);
            if (IsFrameHeader(marker) && at + 9 < frame.Length)
            {
                var header = frame[(at + 4)..];
                return (BinaryPrimitives.ReadUInt16BigEndian(header[3..]), BinaryPrimitives.ReadUInt16BigEndian(header[1..]), header[5], header[0]);
            }

            if (marker == StartOfScan || length < 2)
            {
                break;
            }

            at += 2 + length;
        }

        throw new DicomException(RefusalCode.Damaged);
    }

    // C4, C8 and CC are among them, but are tables and an extension.
    private static bool IsFrameHeader(byte marker) => marker is (>= 0xc0 and <= 0xcf and not (0xc4 or 0xc8 or 0xcc)) or JpegLsFrame;

    /// <summary>The image and tile size (ISO/IEC 15444-1 A.5.1).</summary>
    private static (long Columns, long Rows, int Samples, int Bits) OfJpeg2000(ReadOnlySpan<byte> frame)
    {
        const int SizeBytes = 39;
        const int MaxTiles = 4096;
        var start = frame[..Math.Min(frame.Length, MaxBoxBytes)].IndexOf(Jpeg2000Start);
        if (start < 0 || frame.Length - start < Jpeg2000Start.Length + SizeBytes)
        {
            throw new DicomException(RefusalCode.Damaged);
        }

        var size = frame[(start + Jpeg2000Start.Length)..];
        var (right, bottom, left, top) = (Number(size, 4), Number(size, 8), Number(size, 12), Number(size, 16));
        var (tileWidth, tileHeight) = (Number(size, 20), Number(size, 24));
        var samples = BinaryPrimitives.ReadUInt16BigEndian(size[36..]);
        var isSubsampled = samples > 0 && size.Length > SizeBytes + 1 && (size[39] != 1 || size[40] != 1);
        var tiles = tileWidth > 0 && tileHeight > 0 ? ((right / tileWidth) + 1) * ((bottom / tileHeight) + 1) : long.MaxValue;
        return tiles <= MaxTiles && !isSubsampled ? (right - left, bottom - top, samples, (size[38] & 0x7f) + 1) : throw new DicomException(RefusalCode.Damaged);
    }

    private static long Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
}
