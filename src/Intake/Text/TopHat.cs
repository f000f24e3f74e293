using System.Numerics;
using System.Runtime.InteropServices;

namespace Scanlock.Intake.Text;

/// <summary>
/// What is thinner than a square of <see cref="Side"/> pixels and stands out from what surrounds it: the white and the black top-hat
/// (an image less its opening, a closing less the image; Serra, Image Analysis and Mathematical Morphology, 1982).
/// Strokes of letters stay, bodies, frames and bands go, and of a letter that runs into a band what sticks out stays.
/// </summary>
internal static class TopHat
{
    /// <summary>The side of the structuring square: one more than the widest stroke that is kept.</summary>
    internal const int Side = 9;

    private const int Pad = Side - 1;

    // The minimum over 9 neighbours is that over 2, of which over 4, of which over 8, of which over 9.
    private static readonly int[] Shifts = [1, 2, 4, 1];

    /// <summary>How far each level stands above (or, inverted, below) the opening of its surroundings; never negative.</summary>
    /// <param name="levels">Row by row; the range of all of them fits in a short.</param>
    internal static void Of(ReadOnlySpan<short> levels, int rows, int columns, bool dark, Span<short> heights, Span<short> scratch)
    {
        var stride = Stride(columns);
        var padded = scratch[..Padded(rows, columns)];
        padded.Fill(short.MaxValue);
        for (var row = 0; row < rows; row++)
        {
            var line = padded.Slice(((row + Pad) * stride) + Pad, columns);
            levels.Slice(row * columns, columns).CopyTo(line);
            if (dark)
            {
                Negate(line);
            }
        }

        foreach (var shift in Shifts)
        {
            Erode(padded, shift);
        }

        foreach (var shift in Shifts)
        {
            Erode(padded, shift * stride);
        }

        foreach (var shift in Shifts)
        {
            Dilate(padded, shift);
        }

        foreach (var shift in Shifts)
        {
            Dilate(padded, shift * stride);
        }

        for (var row = 0; row < rows; row++)
        {
            Subtract(levels.Slice(row * columns, columns), padded.Slice(((row + Pad) * stride) + Pad, columns), dark, heights.Slice(row * columns, columns));
        }
    }

    /// <summary>How many shorts of scratch an image needs.</summary>
    internal static int Padded(int rows, int columns) => (rows + (2 * Pad)) * Stride(columns);

    private static int Stride(int columns) => columns + (2 * Pad);

    private static void Negate(Span<short> line)
    {
        for (var at = 0; at < line.Length; at++)
        {
            line[at] = (short)-line[at];
        }
    }

    // In place: each takes the least of itself and the one `shift` after it, which is not changed yet.
    private static void Erode(Span<short> image, int shift)
    {
        ref var first = ref MemoryMarshal.GetReference(image);
        var at = 0;
        for (; at <= image.Length - shift - Vector<short>.Count; at += Vector<short>.Count)
        {
            Vector.Min(Vector.LoadUnsafe(ref first, (nuint)at), Vector.LoadUnsafe(ref first, (nuint)(at + shift))).StoreUnsafe(ref first, (nuint)at);
        }

        for (; at < image.Length - shift; at++)
        {
            image[at] = Math.Min(image[at], image[at + shift]);
        }
    }

    // In place, from the end: each takes the greatest of itself and the one `shift` before it.
    private static void Dilate(Span<short> image, int shift)
    {
        ref var first = ref MemoryMarshal.GetReference(image);
        var at = image.Length - Vector<short>.Count;
        for (; at >= shift; at -= Vector<short>.Count)
        {
            Vector.Max(Vector.LoadUnsafe(ref first, (nuint)at), Vector.LoadUnsafe(ref first, (nuint)(at - shift))).StoreUnsafe(ref first, (nuint)at);
        }

        for (at += Vector<short>.Count - 1; at >= shift; at--)
        {
            image[at] = Math.Max(image[at], image[at - shift]);
        }
    }

    private static void Subtract(ReadOnlySpan<short> levels, ReadOnlySpan<short> opened, bool dark, Span<short> heights)
    {
        for (var at = 0; at < levels.Length; at++)
        {
            heights[at] = (short)((dark ? -levels[at] : levels[at]) - opened[at]);
        }
    }
}
