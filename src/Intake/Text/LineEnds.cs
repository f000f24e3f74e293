namespace Scanlock.Intake.Text;

/// <summary>Follows a line of text to where it ends, past letters that run into what they are drawn on.</summary>
internal static class LineEnds
{
    // In the line's heights: a name and a number.
    private const int FollowedHeights = 20;

    // In HU: letters nearer to the level of what they are drawn on run into it.
    private const int Unseen = 60;

    /// <summary>The line with what goes on in exactly its level between its head and its foot, with spaces as between words.</summary>
    /// <param name="floor">The level at which the air is cut off, which is no letter's.</param>
    internal static Candidate Followed(Candidate line, ReadOnlySpan<short> levels, ReadOnlySpan<short> heights, int rows, int columns, short floor)
    {
        if (!line.Exact || line.Level == floor)
        {
            return line;
        }

        var (first, last) = line.Along;
        return line with
        {
            Ends = (first - Farthest(levels, heights, columns, line, first, -1, first),
                last + Farthest(levels, heights, columns, line, last, 1, (line.Upright ? columns : rows) - 1 - last)),
        };
    }

    // How many pixels a line goes on from one of its ends. Where all is of its level letters would not be seen, and no space is counted.
    private static int Farthest(ReadOnlySpan<short> levels, ReadOnlySpan<short> heights, int columns, Candidate line, int end, int step, int most)
    {
        var (head, foot) = line.Across;
        var (across, along) = line.Upright ? (columns, 1) : (1, columns);
        var (reached, space, before) = (0, 0, 0);
        var unseen = Math.Min(Unseen, (int)(line.Contrast / 4));
        most = Math.Min(most, FollowedHeights * line.Height);
        for (var away = 1; away <= most && space <= Candidate.WidestSpace * line.Height; away++)
        {
            var (inLevel, near, last) = (0, 0, -2);
            var least = unseen / 2;
            for (var row = head; row <= foot; row++)
            {
                var at = (row * across) + ((end + (step * away)) * along);
                near += Math.Abs(levels[at] - line.Level) <= unseen ? 1 : 0;
                if (levels[at] == line.Level && heights[at] > (2 * near > row - head ? 0 : least))
                {
                    // Only beside another of its level is a pixel one of a stroke.
                    inLevel += last == row - 1 || before > 0 ? 1 : 0;
                    last = row;
                }
            }

            before = inLevel;
            (reached, space) = inLevel > 0 ? (away, 0) : (reached, 2 * near > line.Height ? space : space + 1);
        }

        return reached;
    }
}
