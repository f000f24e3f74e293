using System.Buffers.Binary;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Pixels;

/// <summary>The run-length encoding of PS3.5 annex G: a segment of packed bytes for each byte of a sample, the highest first.</summary>
internal static class RunLength
{
    private const int MaxSegments = 15;
    private const int HeadBytes = (1 + MaxSegments) * sizeof(uint);

    /// <summary>The samples, little endian, colours beside each other.</summary>
    internal static byte[] Decode(ReadOnlySpan<byte> frame, ImagePixels image)
    {
        var bytes = image.Form.Bytes;
        var segments = image.SamplesPerPixel * bytes;
        if (frame.Length < HeadBytes || BinaryPrimitives.ReadUInt32LittleEndian(frame) != segments)
        {
            throw new DicomException(RefusalCode.Damaged);
        }

        var samples = new byte[image.FrameBytes];
        var end = (uint)frame.Length;
        for (var segment = segments - 1; segment >= 0; segment--)
        {
            var start = BinaryPrimitives.ReadUInt32LittleEndian(frame[((1 + segment) * sizeof(uint))..]);
            if (start < HeadBytes || start > end)
            {
                throw new DicomException(RefusalCode.Damaged);
            }

            var place = (segment / bytes * bytes) + bytes - 1 - (segment % bytes);
            Unpack(frame[(int)start..(int)end], samples.AsSpan(place), segments);
            end = start;
        }

        return samples;
    }

    /// <summary>
    /// The frame with nothing between and behind its segments that does not become samples; null where it has a run that goes on past the image.
    /// </summary>
    /// <param name="frame">A frame that was decoded.</param>
    internal static byte[]? Cut(ReadOnlySpan<byte> frame, ImagePixels image)
    {
        var segments = image.SamplesPerPixel * image.Form.Bytes;
        using var cut = new MemoryStream(frame.Length);
        var head = new byte[HeadBytes];
        BinaryPrimitives.WriteInt32LittleEndian(head, segments);
        cut.Write(head);
        for (var segment = 1; segment <= segments; segment++)
        {
            var start = BinaryPrimitives.ReadInt32LittleEndian(frame[(segment * sizeof(uint))..]);
            var end = segment == segments ? frame.Length : BinaryPrimitives.ReadInt32LittleEndian(frame[((segment + 1) * sizeof(uint))..]);
            if (Used(frame[start..end], image.Rows * image.Columns) is not { } used)
            {
                return null;
            }

            BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(segment * sizeof(uint)), (int)cut.Length);
            cut.Write(frame.Slice(start, used));
            cut.Write(new byte[used & 1]);
        }

        cut.Position = 0;
        cut.Write(head);
        return cut.ToArray();
    }

    /// <summary>How many bytes of a segment make so many samples.</summary>
    private static int? Used(ReadOnlySpan<byte> packed, int samples)
    {
        var at = 0;
        while (samples > 0)
        {
            var control = Next(packed, ref at);
            if (control != 128)
            {
                samples -= control < 128 ? control + 1 : 257 - control;
                at += control < 128 ? control + 1 : 1;
            }
        }

        return samples == 0 && at <= packed.Length ? at : null;
    }

    private static void Unpack(ReadOnlySpan<byte> packed, Span<byte> samples, int step)
    {
        var at = 0;
        for (var to = 0; to < samples.Length;)
        {
            var control = Next(packed, ref at);
            if (control == 128)
            {
                continue;
            }

            var count = control < 128 ? control + 1 : 257 - control;
            var run = control > 128 ? Next(packed, ref at) : (byte)0;
            for (; count > 0 && to < samples.Length; count--, to += step)
            {
                samples[to] = control < 128 ? Next(packed, ref at) : run;
            }
        }
    }

    private static byte Next(ReadOnlySpan<byte> packed, ref int at) => at < packed.Length ? packed[at++] : throw new DicomException(RefusalCode.Damaged);
}
