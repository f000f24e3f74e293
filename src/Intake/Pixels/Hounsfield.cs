using System.Runtime.InteropServices;

namespace Scanlock.Intake.Pixels;

/// <summary>How samples lie in their words (PS3.5 8.1.1).</summary>
internal sealed record PixelForm(int BitsAllocated, int BitsStored, int HighBit, bool Signed)
{
    /// <summary>Whether <see cref="Hounsfield"/> reads it: 8 or 16 bits allocated, the sample in the low ones of them.</summary>
    public bool IsReadable => BitsAllocated is 8 or 16 && BitsStored >= 1 && BitsStored <= BitsAllocated && HighBit == BitsStored - 1;

    public int Bytes => BitsAllocated / 8;
}

/// <summary>Rescale Slope and Intercept: Hounsfield units = stored * slope + intercept.</summary>
internal sealed record Rescale(double Slope, double Intercept);

/// <summary>The stored values, as they lie in the word, from one to the other, that mark where nothing was measured (PS3.3 C.7.5.1.1.2).</summary>
internal sealed record Padding(ushort From, ushort To);

/// <summary>Stored samples into Hounsfield units.</summary>
internal static class Hounsfield
{
    /// <summary>What padding becomes: the lowest value of the usual scale, as if there were air.</summary>
    internal const short Air = -1024;

    // Frames of an object, and slices of a series, are mapped alike.
    private static volatile Mapping? last;

    /// <summary>
    /// int16 Hounsfield units, little endian, in the order of the samples. Where the slope is not whole the result is rounded, halves away
    /// from zero; what int16 does not hold becomes the nearest it does.
    /// </summary>
    internal static byte[] Convert(ReadOnlySpan<byte> samples, PixelForm form, Rescale rescale, Padding? padding)
    {
        var table = Table(form, rescale, padding);
        var pixels = new byte[samples.Length / form.Bytes * sizeof(short)];
        var units = MemoryMarshal.Cast<byte, short>(pixels.AsSpan());

        // Bits above the stored ones are not the sample's: old objects keep overlays there.
        if (form.Bytes == 1)
        {
            for (var index = 0; index < units.Length; index++)
            {
                units[index] = table[samples[index] & (table.Length - 1)];
            }

            return pixels;
        }

        var words = MemoryMarshal.Cast<byte, ushort>(samples);
        for (var index = 0; index < units.Length; index++)
        {
            units[index] = table[words[index] & (table.Length - 1)];
        }

        return pixels;
    }

    /// <summary>The lowest and the highest of Hounsfield units as <see cref="Convert"/> gives them.</summary>
    internal static (short Lowest, short Highest) Range(ReadOnlySpan<byte> pixels)
    {
        var (lowest, highest) = (short.MaxValue, short.MinValue);
        foreach (var unit in MemoryMarshal.Cast<byte, short>(pixels))
        {
            lowest = Math.Min(lowest, unit);
            highest = Math.Max(highest, unit);
        }

        return (lowest, highest);
    }

    private static short[] Table(PixelForm form, Rescale rescale, Padding? padding)
    {
        if (last is { } known && known.Form == form && known.Rescale == rescale && known.Padding == padding)
        {
            return known.Table;
        }

        var table = new short[1 << form.BitsStored];
        var (from, to) = padding is null ? (1, 0) : Ordered(Sample(padding.From, form), Sample(padding.To, form));
        for (var word = 0; word < table.Length; word++)
        {
            var sample = Sample(word, form);
            table[word] = sample >= from && sample <= to ? Air : InUnits(sample, rescale);
        }

        last = new Mapping(form, rescale, padding, table);
        return table;
    }

    private static int Sample(int word, PixelForm form)
    {
        var unused = 32 - form.BitsStored;
        return form.Signed ? word << unused >> unused : word & ((1 << form.BitsStored) - 1);
    }

    private static short InUnits(int sample, Rescale rescale) =>
        (short)Math.Clamp(Math.Round((sample * rescale.Slope) + rescale.Intercept, MidpointRounding.AwayFromZero), short.MinValue, short.MaxValue);

    private static (int From, int To) Ordered(int one, int other) => one <= other ? (one, other) : (other, one);

    private sealed record Mapping(PixelForm Form, Rescale Rescale, Padding? Padding, short[] Table);
}
