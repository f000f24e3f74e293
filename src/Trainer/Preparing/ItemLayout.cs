using System.Runtime.InteropServices;

namespace Scanlock.Trainer.Preparing;

/// <summary>
/// How one prepared sample lies in memory: its pixels as 16-bit fixed point (0 is black, 65,535 white), then, where it has them, the
/// lesion mask and the lung mask, a bit for each pixel. Half the size of float32; one step is a fortieth of a Hounsfield unit in the
/// default window, far below the noise of any scanner.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ItemLayout(int Side, int Depth)
{
    internal const float White = ushort.MaxValue;

    internal int Area => Side * Side;

    internal int Pixels => Area * Depth;

    internal int PixelBytes => Pixels * sizeof(ushort);

    internal int MaskBytes => (Pixels + 7) / 8;

    internal int Bytes(bool mask, bool lung) => PixelBytes + (mask ? MaskBytes : 0) + (lung ? MaskBytes : 0);

    /// <param name="pixels">In [0, 1]; rounding errors beyond are cut off.</param>
    internal static void Pack(ReadOnlySpan<float> pixels, Span<ushort> into)
    {
        for (var i = 0; i < pixels.Length; i++)
        {
            into[i] = (ushort)((Math.Clamp(pixels[i], 0, 1) * White) + 0.5f);
        }
    }

    /// <param name="shares">Of each pixel, how much is marked; from a half on, it is.</param>
    /// <returns>How many are.</returns>
    internal static int PackMask(ReadOnlySpan<float> shares, Span<byte> into)
    {
        into.Clear();
        var marked = 0;
        for (var i = 0; i < shares.Length; i++)
        {
            if (shares[i] >= 0.5f)
            {
                into[i >> 3] |= (byte)(1 << (i & 7));
                marked++;
            }
        }

        return marked;
    }
}
