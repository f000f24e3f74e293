using System.Numerics;

namespace Scanlock.Intake.Text;

/// <summary>Text drawn on one level, where any contrast can be read: frames, boxes, air that was cut off, saturated white.</summary>
internal static class Quiet
{
    private const int Tile = 16;

    // Of neighbours in such a tile, in percent: as many are equal beside each other, whatever is drawn into it.
    private const int LeastSame = 45;

    // Of what a line's rectangle holds beside its letters: the grey edges of smoothed letters are the rest. Lossy compression leaves less.
    private const double LeastPure = 0.85;

    /// <summary>Keeps the tiles most of which is of one level, where marks of any contrast may have been drawn.</summary>
    /// <param name="right">The pixels that equal the next to their right.</param>
    /// <returns>False where nothing was kept.</returns>
    internal static bool Keep(PixelSet right, int rows, int columns, PixelSet kept)
    {
        kept.Resize(rows, columns);
        var any = 0UL;
        for (var top = 0; top < rows; top += Tile)
        {
            var tall = Math.Min(Tile, rows - top);
            for (var word = 0; word < right.RowWords; word++)
            {
                var tiles = Tiles(right, top, tall, word, columns - (word * PixelSet.WordPixels));
                any |= tiles;
                for (var row = top; row < top + tall; row++)
                {
                    kept.Row(row)[word] = tiles;
                }
            }
        }

        kept.Trim();
        return any != 0;
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

    // The bits of a word whose tiles have as many pixels that equal the next.
    private static ulong Tiles(PixelSet right, int top, int tall, int word, int columns)
    {
        var tiles = 0UL;
        for (var left = 0; left < Math.Min(columns, PixelSet.WordPixels); left += Tile)
        {
            var same = 0;
            for (var row = top; row < top + tall; row++)
            {
                same += BitOperations.PopCount((ushort)(right.Row(row)[word] >> left));
            }

            var most = tall * (Math.Min(Tile, columns - left) - 1);
            tiles |= same * 100 >= LeastSame * most ? (ulong)ushort.MaxValue << left : 0;
        }

        return tiles;
    }
}
