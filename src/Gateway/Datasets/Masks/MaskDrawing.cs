using Scanlock.Contracts.Intake;

namespace Scanlock.Gateway.Datasets.Masks;

/// <summary>Draws masks into a slice's matrix, one byte a pixel, 1 where any of them marks it. Pure.</summary>
internal static class MaskDrawing
{
    internal static void Bitmap(Span<byte> mask, ReadOnlySpan<byte> bitmap)
    {
        for (var pixel = 0; pixel < mask.Length; pixel++)
        {
            mask[pixel] |= MaskContent.IsMarked(bitmap, pixel) ? (byte)1 : (byte)0;
        }
    }

    /// <summary>
    /// Marks the pixels whose centres an odd number of polygons encloses (even-odd rule; Foley et al., Computer Graphics, 1990, 3.6). An edge
    /// crosses the rows from its upper end, included, to its lower, not included, and turns everything right of the crossing over: after all
    /// edges a pixel is inside where the number of turns up to it is odd.
    /// </summary>
    internal static void Contours(Span<byte> mask, int columns, SliceGeometry slice, IReadOnlyList<IReadOnlyList<MaskPoint>> contours)
    {
        var rows = mask.Length / columns;
        var turns = new byte[mask.Length];
        foreach (var contour in contours)
        {
            var last = slice.InPixels(contour[^1]);
            foreach (var point in contour)
            {
                var next = slice.InPixels(point);
                Cross(turns, rows, columns, last, next);
                last = next;
            }
        }

        for (var row = 0; row < rows; row++)
        {
            byte inside = 0;
            for (var pixel = row * columns; pixel < (row + 1) * columns; pixel++)
            {
                inside ^= turns[pixel];
                mask[pixel] |= inside;
            }
        }
    }

    private static void Cross(byte[] turns, int rows, int columns, PixelPoint one, PixelPoint other)
    {
        var (upper, lower) = one.Row <= other.Row ? (one, other) : (other, one);
        var first = (int)Math.Ceiling(Math.Clamp(upper.Row, 0, rows));
        var end = (int)Math.Ceiling(Math.Clamp(lower.Row, 0, rows));
        for (var row = first; row < end; row++)
        {
            var crossing = upper.Column + ((row - upper.Row) * (lower.Column - upper.Column) / (lower.Row - upper.Row));
            var column = (int)Math.Ceiling(Math.Clamp(crossing, 0, columns));
            if (column < columns)
            {
                turns[(row * columns) + column] ^= 1;
            }
        }
    }
}
