using System.Numerics;
using System.Runtime.InteropServices;

namespace Scanlock.Intake.Text;

/// <summary>Text drawn on one level, where any contrast can be read: frames, boxes, air that was cut off, saturated white.</summary>
internal static class Quiet
{
    private const int Tile = 16;

    // Of neighbours in such a tile, in percent: as many are equal beside each other, whatever is drawn into it.
    private const int LeastSame = 45;

    // Of what a line's rectangle holds beside its letters: the grey edges of smoothed letters are the rest. Lossy compression leaves less.
    private const double LeastPure = 0.85;

    /// <summary>Keeps the heights of tiles most of which is of one level, where marks of any contrast have been drawn.</summary>
    /// <returns>False where nothing was kept.</returns>
    internal static bool Keep(ReadOnlySpan<short> levels, ReadOnlySpan<short> heights, int rows, int columns, Span<short> kept)
    {
        var any = false;
        for (var top = 0; top < rows; top += Tile)
        {
            var tall = Math.Min(Tile, rows - top);
            for (var left = 0; left < columns; left += Tile)
            {
                var wide = Math.Min(Tile, columns - left);
                var quiet = IsQuiet(levels, columns, top, left, tall, wide);
                any |= quiet;
                for (var row = top; row < top + tall; row++)
                {
                    var line = kept.Slice((row * columns) + left, wide);
                    if (quiet)
                    {
                        heights.Slice((row * columns) + left, wide).CopyTo(line);
                    }
                    else
                    {
                        line.Clear();
                    }
                }
            }
        }

        return any;
    }

    /// <summary>Whether a line's letters stand on exactly one level, their own apart.</summary>
    internal static bool IsUnder(TextLine line, ReadOnlySpan<short> levels, int rows, int columns)
    {
        var region = line.Candidate.Region;
        var counts = new Dictionary<short, int>();
        var (top, left) = (Math.Max(0, region.Row - 1), Math.Max(0, region.Column - 1));
        var (bottom, right) = (Math.Min(rows - 1, region.Bottom + 1), Math.Min(columns - 1, region.Right + 1));
        for (var row = top; row <= bottom; row++)
        {
            foreach (var level in levels.Slice((row * columns) + left, right - left + 1))
            {
                counts[level] = counts.GetValueOrDefault(level) + 1;
            }
        }

        var letters = line.Letters.Sum(static letter => letter.Area);
        return counts.Values.Max() >= LeastPure * (((bottom - top + 1) * (right - left + 1)) - letters);
    }

    // How many of its pixels are equal to the next to their right.
    private static bool IsQuiet(ReadOnlySpan<short> levels, int columns, int top, int left, int tall, int wide)
    {
        var (same, most) = (0, tall * (wide - 1));
        ref var first = ref MemoryMarshal.GetReference(levels);
        var equal = Vector<short>.Zero;
        for (var row = top; row < top + tall; row++)
        {
            var (column, at) = (0, (row * columns) + left);
            for (; column + Vector<short>.Count < wide + (left + wide < columns ? 1 : 0); column += Vector<short>.Count)
            {
                // True is -1.
                equal -= Vector.Equals(Vector.LoadUnsafe(ref first, (nuint)(at + column)), Vector.LoadUnsafe(ref first, (nuint)(at + column + 1)));
            }

            for (; column + 1 < wide; column++)
            {
                same += levels[at + column] == levels[at + column + 1] ? 1 : 0;
            }
        }

        return (same + Vector.Sum(equal)) * 100 >= LeastSame * most;
    }
}
