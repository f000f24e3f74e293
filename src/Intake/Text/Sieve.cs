using System.Numerics;
using System.Runtime.InteropServices;

namespace Scanlock.Intake.Text;

/// <summary>Takes from the heights, before zones are sought in them, what can hold no letters of a layer.</summary>
internal static class Sieve
{
    private const int Tile = 32;

    // Of a tile, in percent: letters that fill it cover less; noise and fine texture more, and no letter could be told from them.
    // Noise reaches low thresholds only.
    private const int Busiest = 45;
    private const int BusiestLow = 30;
    private const int Low = 100;

    // Black letters on anything but air are further from the floor than the air's noise.
    private const short OverFloor = 120;

    /// <summary>Keeps the heights of pixels that have exactly the level of one of their 8 neighbours.</summary>
    /// <param name="floor">The least level of the image: noise of the air is cut off there, and flat without being drawn.</param>
    internal static void Flat(ReadOnlySpan<short> levels, ReadOnlySpan<short> heights, int rows, int columns, short floor, Span<short> kept)
    {
        kept.Clear();
        ref var level = ref MemoryMarshal.GetReference(levels);
        for (var row = 1; row < rows - 1; row++)
        {
            for (var column = 1; column < columns - 1; column += Vector<short>.Count)
            {
                // The last vector of a row ends at its last pixel but one.
                column = Math.Min(column, columns - 1 - Vector<short>.Count);
                if (column < 1)
                {
                    break;
                }

                var at = (row * columns) + column;
                var here = Vector.LoadUnsafe(ref level, (nuint)at);
                var same = Vector<short>.Zero;
                foreach (var step in (ReadOnlySpan<int>)[-1, 1, -columns - 1, -columns, -columns + 1, columns - 1, columns, columns + 1])
                {
                    same |= Vector.Equals(here, Vector.LoadUnsafe(ref level, (nuint)(at + step)));
                }

                var height = new Vector<short>(heights[at..]);
                var cut = Vector.Equals(here, new Vector<short>(floor)) & Vector.LessThan(height, new Vector<short>(OverFloor));
                (Vector.AndNot(same, cut) & height).CopyTo(kept[at..]);
            }
        }

        KeepBorder(heights, rows, columns, kept);
    }

    /// <summary>Keeps the heights of tiles that are not full of what reaches the threshold.</summary>
    internal static void Sparse(ReadOnlySpan<short> heights, int rows, int columns, int threshold, Span<short> kept)
    {
        for (var top = 0; top < rows; top += Tile)
        {
            var tall = Math.Min(Tile, rows - top);
            for (var left = 0; left < columns; left += Tile)
            {
                var wide = Math.Min(Tile, columns - left);
                var count = 0;
                for (var row = top; row < top + tall; row++)
                {
                    count += Reaching(heights.Slice((row * columns) + left, wide), threshold);
                }

                var busy = count * 100 > (threshold < Low ? BusiestLow : Busiest) * tall * wide;
                for (var row = top; row < top + tall; row++)
                {
                    var line = kept.Slice((row * columns) + left, wide);
                    if (busy)
                    {
                        line.Clear();
                    }
                    else
                    {
                        heights.Slice((row * columns) + left, wide).CopyTo(line);
                    }
                }
            }
        }
    }

    private static int Reaching(ReadOnlySpan<short> heights, int threshold)
    {
        var (below, counts, at) = (new Vector<short>((short)(threshold - 1)), Vector<short>.Zero, 0);
        for (; at <= heights.Length - Vector<short>.Count; at += Vector<short>.Count)
        {
            // True is -1.
            counts -= Vector.GreaterThan(new Vector<short>(heights[at..]), below);
        }

        var count = (int)Vector.Sum(counts);
        for (; at < heights.Length; at++)
        {
            count += heights[at] >= threshold ? 1 : 0;
        }

        return count;
    }

    // Pixels of the edge have fewer neighbours; they are few, and kept.
    private static void KeepBorder(ReadOnlySpan<short> heights, int rows, int columns, Span<short> kept)
    {
        heights[..columns].CopyTo(kept);
        heights[((rows - 1) * columns)..].CopyTo(kept[((rows - 1) * columns)..]);
        for (var row = 1; row < rows - 1; row++)
        {
            kept[row * columns] = heights[row * columns];
            kept[((row + 1) * columns) - 1] = heights[((row + 1) * columns) - 1];
        }

        if (columns - 2 < Vector<short>.Count)
        {
            heights.CopyTo(kept);
        }
    }
}
