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
