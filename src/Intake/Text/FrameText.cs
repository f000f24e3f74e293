namespace Scanlock.Intake.Text;

/// <summary>
/// Text drawn into a frame of its own level, of which no eye sees more than what hangs out of the frame: the descenders. In a lossy
/// image the rest can be computed, as the noise of the frame is missing under it; so the frame is painted over beside them.
/// </summary>
internal static class FrameText
{
    // In HU: what lies nearer to the frame's level is its noise; what is drawn on it stands out by more than twice as much.
    private const int Noise = 60;

    // Rows of a frame that can hold text, and of the text in it.
    private const int LeastRows = 8;
    private const int MostRows = 64;
    private const int LetterRows = 12;

    // A descender: so many rows below the frame, strokes and foot serifs so many pixels wide, so many to a name.
    private const int DescenderRows = 3;
    private const int LeastStroke = 2;
    private const int WidestStroke = 8;
    private const int MostStrokes = 8;

    /// <summary>The strips along the upper and the lower border that hide such text.</summary>
    internal static void Find(ReadOnlySpan<short> levels, int rows, int columns, List<Candidate> found)
    {
        if (levels.IsEmpty)
        {
            return;
        }

        foreach (var step in (ReadOnlySpan<int>)[1, -1])
        {
            var border = step > 0 ? 0 : rows - 1;
            var depth = Depth(levels, rows, columns, border, step);
            if (depth is < LeastRows or > MostRows || depth + DescenderRows >= rows)
            {
                continue;
            }

            var hanging = Hanging(levels, columns, border + (step * depth), step, levels[border * columns]);
            if (hanging > 0)
            {
                var (near, far) = (border + (step * Math.Max(0, depth - LetterRows)), border + (step * (depth + hanging - 1)));
                var region = new TextRegion(Math.Min(near, far), 0, Math.Abs(far - near) + 1, columns, 1);
                found.Add(new Candidate(region, true, double.MaxValue, levels[border * columns], Noise, false));
            }
        }
    }

    // How many rows from the border are of the border's level, but for noise.
    private static int Depth(ReadOnlySpan<short> levels, int rows, int columns, int border, int step)
    {
        var frame = levels[border * columns];
        if (levels.Slice(border * columns, columns).ContainsAnyExcept(frame))
        {
            return 0;
        }

        var depth = 1;
        while (depth < rows && depth <= MostRows && 100 * Near(levels.Slice((border + (step * depth)) * columns, columns), frame) >= 95 * columns)
        {
            depth++;
        }

        return depth;
    }

    private static int Near(ReadOnlySpan<short> row, short frame)
    {
        var near = 0;
        foreach (var level in row)
        {
            near += Math.Abs(level - frame) <= Noise ? 1 : 0;
        }

        return near;
    }

    // Rows below the frame in which strokes of its level hang: none where there are too many, or where they do not end, as anatomy does not.
    private static int Hanging(ReadOnlySpan<short> levels, int columns, int row, int step, short frame)
    {
        var strokes = 0;
        for (var below = 0; below < DescenderRows; below++)
        {
            var line = levels.Slice((row + (step * below)) * columns, columns);
            var here = Strokes(line, frame);
            if (here == 0)
            {
                return strokes is > 0 and <= MostStrokes ? below : 0;
            }

            strokes = Math.Max(strokes, here);
        }

        return 0;
    }

    // Runs of exactly the frame's level with sharp ends; far too many where such a run is no stroke.
    private static int Strokes(ReadOnlySpan<short> line, short frame)
    {
        var strokes = 0;
        for (var first = line.IndexOf(frame); first >= 0;)
        {
            var length = line[first..].IndexOfAnyExcept(frame);
            var end = length < 0 ? line.Length : first + length;
            var sharp = IsApart(line, first - 1, frame) && IsApart(line, end, frame);
            strokes += sharp && end - first is >= LeastStroke and <= WidestStroke ? 1 : MostStrokes + 1;
            var next = line[end..].IndexOf(frame);
            first = next < 0 ? -1 : end + next;
        }

        return strokes;
    }

    private static bool IsApart(ReadOnlySpan<short> line, int column, short frame) =>
        column < 0 || column >= line.Length || Math.Abs(line[column] - frame) > 2 * Noise;
}
