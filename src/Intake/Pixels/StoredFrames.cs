using System.Buffers.Binary;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Pixels;

/// <summary>One frame as the object stores it.</summary>
/// <param name="Number">From 0.</param>
/// <param name="Parts">Its fragments; of native pixels one part, little endian, that is overwritten by the next frame.</param>
internal sealed record StoredFrame(int Number, IReadOnlyList<ReadOnlyMemory<byte>> Parts)
{
    /// <summary>Its parts as one.</summary>
    internal ReadOnlyMemory<byte> Whole()
    {
        if (Parts is [var single])
        {
            return single;
        }

        var whole = new byte[Parts.Sum(part => part.Length)];
        var at = 0;
        foreach (var part in Parts)
        {
            part.CopyTo(whole.AsMemory(at));
            at += part.Length;
        }

        return whole;
    }
}

/// <summary>
/// The frames of an object, one after the other, never more than one of them in memory. Which fragments make a frame (PS3.5 A.4): of a single
/// frame all; else those that the Extended or the Basic Offset Table says; without a table a new frame starts where an encoded image does,
/// which is at each fragment where frames are not cut. Ends with a <see cref="DicomException"/> where the object contradicts itself.
/// </summary>
internal sealed class StoredFrames
{
    private const int ItemHeadBytes = 8;
    private const int MaxTableBytes = DicomBounds.MaxFrames * sizeof(uint);

    // No codec makes noise larger than this; what an encoder writes beside the image is small.
    private const int MaxGrowth = 2;
    private const int MaxBeside = 1 << 20;

    private readonly PixelData pixels;
    private readonly ImagePixels image;
    private readonly Codec codec;
    private readonly long decodedBytes;
    private readonly bool turns;
    private readonly byte[]? native;
    private readonly long[]? starts;
    private readonly long[]? lengths;
    private byte[]? waiting;
    private long waitingAt;
    private long passed;
    private int number;

    internal StoredFrames(DicomObject dicom, ImagePixels image, Codec codec)
    {
        (pixels, this.image, this.codec) = (dicom.Pixels, image, codec);
        decodedBytes = Math.Max(image.FrameBytes, image.Rows * image.Columns * sizeof(short));
        if (decodedBytes * image.Frames > IntakeProtocol.MaxRenditionBytes)
        {
            throw new DicomException(RefusalCode.TooLarge);
        }

        if (pixels.IsEncapsulated != (codec != Codec.Native))
        {
            throw new DicomException(pixels.IsEncapsulated ? RefusalCode.UnsupportedEncoding : RefusalCode.Damaged);
        }

        if (!pixels.IsEncapsulated)
        {
            turns = dicom.Header.Encoding.BigEndian && (image.Form.Bytes > 1 || pixels.Vr == "OW");
            if (image.Photometric is "YBR_FULL_422" or "YBR_PARTIAL_422" or "YBR_PARTIAL_420" || (turns && image.FrameBytes % 2 == 1 && image.Frames > 1))
            {
                // Colours that share samples, and words that frames share.
                throw new DicomException(RefusalCode.UnsupportedPixels);
            }

            native = pixels.NativeBytesLeft >= (long)image.Frames * image.FrameBytes
                ? new byte[image.FrameBytes + (image.FrameBytes & 1)]
                : throw new DicomException(RefusalCode.Damaged);
            return;
        }

        var offsets = pixels.ReadFragment(MaxTableBytes) ?? throw new DicomException(RefusalCode.Damaged);
        if (image.Frames > 1)
        {
            var set = dicom.Header.DataSet;
            starts = Table((set.Bytes(DicomTags.ExtendedOffsetTable) ?? default).Span, sizeof(ulong)) ?? Table(offsets, sizeof(uint));
            lengths = Numbers((set.Bytes(DicomTags.ExtendedOffsetTableLengths) ?? default).Span, sizeof(ulong));
        }

        Advance();
    }

    /// <summary>The next frame; null behind the last.</summary>
    internal StoredFrame? Next()
    {
        if (number == image.Frames)
        {
            // More than were announced.
            return waiting is null ? null : throw new DicomException(RefusalCode.Damaged);
        }

        return native is null ? NextEncoded() : NextNative(native);
    }

    private StoredFrame NextNative(byte[] frame)
    {
        // A last byte's word ends in padding.
        pixels.ReadNative(frame.AsSpan(0, turns ? (int)Math.Min(frame.Length, pixels.NativeBytesLeft) : image.FrameBytes));
        for (var at = 0; turns && at < frame.Length; at += sizeof(ushort))
        {
            (frame[at], frame[at + 1]) = (frame[at + 1], frame[at]);
        }

        return new StoredFrame(number++, [frame.AsMemory(0, image.FrameBytes)]);
    }

    private StoredFrame NextEncoded()
    {
        var parts = new List<ReadOnlyMemory<byte>>();
        long bytes = 0;
        do
        {
            var fragment = waiting ?? throw new DicomException(RefusalCode.Damaged);
            parts.Add(fragment);
            bytes += fragment.Length;
            Advance(bytes);
        }
        while (waiting is not null && !StartsFrame(waiting, waitingAt));

        if ((number + 1) * decodedBytes > IntakeProtocol.FreeExpandedBytes + (IntakeProtocol.MaxExpansion * passed))
        {
            throw new DicomException(RefusalCode.TooLarge);
        }

        // An odd length was made even.
        if (lengths?.Length > number && lengths[number] != bytes && lengths[number] != bytes - 1)
        {
            throw new DicomException(RefusalCode.Damaged);
        }

        return new StoredFrame(number++, parts);
    }

    private bool StartsFrame(byte[] fragment, long at)
    {
        if (image.Frames == 1)
        {
            return false;
        }

        if (starts is not null)
        {
            var next = number + 1 < starts.Length ? starts[number + 1] : long.MaxValue;
            return at >= next && (at == next ? true : throw new DicomException(RefusalCode.Damaged));
        }

        return codec switch
        {
            Codec.RunLength => true,
            Codec.Jpeg2000 => fragment is [0xff, 0x4f, 0xff, 0x51, ..],
            _ => fragment is [0xff, 0xd8, ..],
        };
    }

    private void Advance(long frameBytes = 0)
    {
        waitingAt = passed;
        waiting = pixels.ReadFragment(((long)MaxGrowth * image.FrameBytes) + MaxBeside - frameBytes);
        passed += ItemHeadBytes + (waiting?.Length ?? 0);
    }

    /// <summary>Where the frames start, counted from the first fragment; null without a table. One that does not fit the frames is a lie.</summary>
    private long[]? Table(ReadOnlySpan<byte> bytes, int unit)
    {
        if (Numbers(bytes, unit) is not { } offsets)
        {
            return null;
        }

        var isSound = offsets.Length == image.Frames && offsets[0] == 0;
        for (var frame = 1; isSound && frame < offsets.Length; frame++)
        {
            isSound = offsets[frame] > offsets[frame - 1];
        }

        return isSound ? offsets : throw new DicomException(RefusalCode.Damaged);
    }

    private static long[]? Numbers(ReadOnlySpan<byte> bytes, int unit)
    {
        if (bytes.Length < unit)
        {
            return null;
        }

        var numbers = new long[bytes.Length / unit];
        for (var index = 0; index < numbers.Length; index++)
        {
            var entry = bytes.Slice(index * unit, unit);
            numbers[index] = unit == sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(entry) : BinaryPrimitives.ReadInt64LittleEndian(entry);
        }

        return numbers;
    }
}
