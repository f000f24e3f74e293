using System.Numerics;
using System.Runtime.CompilerServices;
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

    // The lesser or the greater of two, so that erosion and dilation are one piece of code.
    private interface IExtreme
    {
        static abstract Vector<short> Of(Vector<short> one, Vector<short> other);
    }

    private readonly struct Least : IExtreme
    {
        public static Vector<short> Of(Vector<short> one, Vector<short> other) => Vector.Min(one, other);
    }

    private readonly struct Greatest : IExtreme
    {
        public static Vector<short> Of(Vector<short> one, Vector<short> other) => Vector.Max(one, other);
    }

    /// <summary>How far each level stands above (or, inverted, below) the opening of its surroundings; never negative.</summary>
    /// <remarks>
    /// A place of the scratch stands for the window of 9 x 9 pixels that begins there; those that begin before the image are in its first
    /// 8 rows and columns. So erosion and dilation both look ahead, and rows are overwritten when no later one needs them.
    /// </remarks>
    /// <param name="levels">Row by row; the range of all of them fits in a short.</param>
    /// <param name="scratch">As many as <see cref="Padded"/> says.</param>
    internal static void Of(ReadOnlySpan<short> levels, int rows, int columns, bool dark, Span<short> heights, Span<short> scratch)
    {
        var stride = Stride(columns);
        var line = scratch.Slice((rows + (2 * Pad)) * stride, stride);
        line.Fill(short.MaxValue);
        scratch[..(Pad * stride)].Fill(short.MaxValue);
        scratch.Slice((rows + Pad) * stride, Pad * stride).Fill(short.MaxValue);
        for (var row = 0; row < rows; row++)
        {
            Copy(levels.Slice(row * columns, columns), line.Slice(Pad, columns), dark);
            Ahead<Least>(line, 1, scratch.Slice((row + Pad) * stride, columns + Pad));
        }

        for (var row = 0; row < rows + Pad; row++)
        {
            Ahead<Least>(scratch[(row * stride)..], stride, line[..(columns + Pad)]);
            Ahead<Greatest>(line, 1, scratch.Slice(row * stride, columns));
        }

        for (var row = 0; row < rows; row++)
        {
            Ahead<Greatest>(scratch[(row * stride)..], stride, line[..columns]);
            Subtract(levels.Slice(row * columns, columns), line[..columns], dark, heights.Slice(row * columns, columns));
        }
    }

    /// <summary>How many shorts of scratch an image needs.</summary>
    internal static int Padded(int rows, int columns) => (rows + (2 * Pad) + 1) * Stride(columns);

    // The last vector of a row may reach past it, by itself and by the window.
    private static int Stride(int columns) => columns + (2 * Pad) + Vector<short>.Count;

    // Each takes the least, or the greatest, of the 9 that begin at its place, `step` apart.
    private static void Ahead<TExtreme>(ReadOnlySpan<short> from, int step, Span<short> to)
        where TExtreme : struct, IExtreme
    {
        ref var first = ref MemoryMarshal.GetReference(from);
        ref var result = ref MemoryMarshal.GetReference(to);
        for (var at = 0; at < to.Length; at += Vector<short>.Count)
        {
            ref var here = ref Unsafe.Add(ref first, at);
            var one = TExtreme.Of(TExtreme.Of(Ahead(ref here, 0), Ahead(ref here, step)), TExtreme.Of(Ahead(ref here, 2 * step), Ahead(ref here, 3 * step)));
            var other = TExtreme.Of(TExtreme.Of(Ahead(ref here, 4 * step), Ahead(ref here, 5 * step)), TExtreme.Of(Ahead(ref here, 6 * step), Ahead(ref here, 7 * step)));
            TExtreme.Of(TExtreme.Of(one, other), Ahead(ref here, 8 * step)).StoreUnsafe(ref result, (nuint)at);
        }
    }

    private static Vector<short> Ahead(ref short here, int steps) => Vector.LoadUnsafe(ref here, (nuint)steps);

    private static void Copy(ReadOnlySpan<short> levels, Span<short> line, bool dark)
    {
        if (!dark)
        {
            levels.CopyTo(line);
            return;
        }

        var at = 0;
        for (; at <= levels.Length - Vector<short>.Count; at += Vector<short>.Count)
        {
            (-new Vector<short>(levels[at..])).CopyTo(line[at..]);
        }

        for (; at < levels.Length; at++)
        {
            line[at] = (short)-levels[at];
        }
    }

    private static void Subtract(ReadOnlySpan<short> levels, ReadOnlySpan<short> opened, bool dark, Span<short> heights)
    {
        var at = 0;
        for (; at <= levels.Length - Vector<short>.Count; at += Vector<short>.Count)
        {
            var level = new Vector<short>(levels[at..]);
            ((dark ? -level : level) - new Vector<short>(opened[at..])).CopyTo(heights[at..]);
        }

        for (; at < levels.Length; at++)
        {
            heights[at] = (short)((dark ? -levels[at] : levels[at]) - opened[at]);
        }
    }
}
