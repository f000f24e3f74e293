using Scanlock.Intake.Text;

namespace Scanlock.Intake.Tests.Text;

/// <summary>Text as a scanner or a workstation burns it into an image: drawn from skeletons at any size, weight and turn.</summary>
internal sealed record DrawnText(string Text, int CapitalRows)
{
    /// <summary>The level of the letters.</summary>
    internal short Level { get; init; } = 1000;

    /// <summary>The level of a box behind them; none where null.</summary>
    internal short? Box { get; init; }

    /// <summary>The part of a cell of the skeleton that a stroke is wide: 1 is regular, 1.4 bold.</summary>
    internal double Weight { get; init; } = 1;

    /// <summary>Whether the edges are grey by how much of a pixel the stroke covers.</summary>
    internal bool Smooth { get; init; }

    /// <summary>Quarter turns, clockwise.</summary>
    internal int Turns { get; init; }

    /// <summary>Draws it with its first corner at the place, and says which rectangle of pixels it changed.</summary>
    internal TextRegion Into(Span<short> pixels, int columns, int row, int column)
    {
        var (ink, tall, wide) = Turned();
        if (Box is { } box)
        {
            for (var down = 0; down < tall; down++)
            {
                pixels.Slice(((row + down) * columns) + column, wide).Fill(box);
            }
        }

        var (top, left, bottom, right) = (int.MaxValue, int.MaxValue, -1, -1);
        for (var at = 0; at < ink.Length; at++)
        {
            if (ink[at] == 0)
            {
                continue;
            }

            var (down, across) = (at / wide, at % wide);
            ref var pixel = ref pixels[((row + down) * columns) + column + across];
            pixel = (short)Math.Round(pixel + ((Level - pixel) * ink[at]));
            (top, left, bottom, right) = (Math.Min(top, down), Math.Min(left, across), Math.Max(bottom, down), Math.Max(right, across));
        }

        return new TextRegion(row + top, column + left, bottom - top + 1, right - left + 1, 1);
    }

    /// <summary>Rows and columns that the text takes up, with a margin of one pixel.</summary>
    internal (int Rows, int Columns) Size
    {
        get
        {
            var (_, tall, wide) = Turned();
            return (tall, wide);
        }
    }

    private (double[] Ink, int Rows, int Columns) Turned()
    {
        var (ink, rows, columns) = Ink();
        for (var turn = 0; turn < Turns; turn++)
        {
            var turned = new double[ink.Length];
            for (var at = 0; at < ink.Length; at++)
            {
                turned[((at % columns) * rows) + rows - 1 - (at / columns)] = ink[at];
            }

            (ink, rows, columns) = (turned, columns, rows);
        }

        return (ink, rows, columns);
    }

    // Each cell of a skeleton is a square of ink, sampled 4 x 4 within a pixel.
    private (double[] Ink, int Rows, int Columns) Ink()
    {
        var cell = CapitalRows / (double)Glyphs.Capital;
        var advances = Text.Select(letter => Glyphs.All.TryGetValue(letter, out var glyph) ? glyph.Columns + 1.2 + ((Weight - 1) / 2) : 3.0).ToArray();
        var (rows, columns) = ((int)Math.Ceiling(cell * (Glyphs.Rows + 1)) + 2, (int)Math.Ceiling(cell * (advances.Sum() + 1)) + 2);
        var ink = new double[rows * columns];
        var left = 1.0;
        foreach (var (letter, advance) in Text.Zip(advances))
        {
            if (Glyphs.All.TryGetValue(letter, out var glyph))
            {
                Draw(glyph, left, cell, ink, rows, columns);
            }

            left += advance * cell;
        }

        return (Smooth ? ink : Array.ConvertAll(ink, static part => part >= 0.5 ? 1.0 : 0), rows, columns);
    }

    private void Draw(Glyph glyph, double left, double cell, double[] ink, int rows, int columns)
    {
        const int Samples = 4;
        for (var at = 0; at < ink.Length; at++)
        {
            if (at % columns < left - 1 || at % columns > left + ((glyph.Columns + 1) * cell) + 1)
            {
                continue;
            }

            var hits = 0;
            for (var sample = 0; sample < Samples * Samples; sample++)
            {
                var x = ((at % columns) + (((sample % Samples) + 0.5) / Samples) - left) / cell;
                var y = ((at / columns) + (((sample / Samples) + 0.5) / Samples) - 1) / cell;
                hits += Covered(glyph, x, y) ? 1 : 0;
            }

            ink[at] = Math.Min(1, ink[at] + (hits / (double)(Samples * Samples)));
        }
    }

    // A stroke wider than a cell reaches into the cells right of and below its own.
    private bool Covered(Glyph glyph, double x, double y)
    {
        for (var (row, column) = ((int)Math.Floor(y - Weight + 1e-9), (int)Math.Floor(x - Weight + 1e-9)); row <= y; row++)
        {
            for (var at = column; at <= x; at++)
            {
                if (row is >= 0 and < Glyphs.Rows && at >= 0 && at < glyph.Columns && glyph[row, at] && y - row < Weight && x - at < Weight)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
