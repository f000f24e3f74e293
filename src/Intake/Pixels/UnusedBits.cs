using System.Buffers.Binary;

namespace Scanlock.Intake.Pixels;

/// <summary>The bits of samples' words that are not the samples': old objects keep overlays in them, which can be writing (PS3.5 8.1.2).</summary>
internal static class UnusedBits
{
    /// <summary>The samples with nothing in those bits: zero, or of samples with a sign copies of it.</summary>
    internal static ReadOnlySpan<byte> Clear(ReadOnlySpan<byte> samples, PixelForm form)
    {
        if (form.BitsStored == form.BitsAllocated)
        {
            return samples;
        }

        var cleared = samples.ToArray();
        for (var at = 0; at + form.Bytes <= cleared.Length; at += form.Bytes)
        {
            if (form.Bytes == 1)
            {
                cleared[at] = (byte)Sample(cleared[at], form);
            }
            else
            {
                BinaryPrimitives.WriteUInt16LittleEndian(cleared.AsSpan(at), (ushort)Sample(BinaryPrimitives.ReadUInt16LittleEndian(cleared.AsSpan(at)), form));
            }
        }

        return cleared;
    }

    private static int Sample(int word, PixelForm form)
    {
        var unused = 32 - form.BitsStored;
        return form.Signed ? word << unused >> unused : (int)((uint)word << unused >> unused);
    }
}
