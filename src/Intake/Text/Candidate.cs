namespace Scanlock.Intake.Text;

/// <summary>A line of text that was found in one layer, on its way to be joined with what other layers found of it.</summary>
/// <param name="Upright">True where it runs across the image, false where down.</param>
/// <param name="Score">The logarithm of the odds that it is text.</param>
/// <param name="Level">The level of its letters.</param>
/// <param name="Contrast">How far they stand out.</param>
internal readonly record struct Candidate(TextRegion Region, bool Upright, double Score, short Level, float Contrast)
{
    // In parts of the surer line's height: how much more the rest of a line may reach above and below it.
    private const float Slack = 0.3f;

    private (int First, int Last) Along => Upright ? (Region.Column, Region.Right) : (Region.Row, Region.Bottom);

    private (int First, int Last) Across => Upright ? (Region.Row, Region.Bottom) : (Region.Column, Region.Right);

    private int Height => Across.Last - Across.First + 1;

    /// <summary>Whether this stands on the same line as a surer one, overlapping it or a letter's height away.</summary>
    internal bool Continues(Candidate surer)
    {
        var shared = Math.Min(Across.Last, surer.Across.Last) - Math.Max(Across.First, surer.Across.First) + 1;
        var gap = Math.Max(Along.First - surer.Along.Last, surer.Along.First - Along.Last);
        return Upright == surer.Upright && gap <= surer.Height && shared >= 0.7f * Math.Min(Height, surer.Height) && Height <= 1.7f * surer.Height;
    }

    /// <summary>Whether this, though not sure by itself, stands where a surer line goes on, in its level.</summary>
    internal bool MayContinue(Candidate surer) => Continues(surer) && Math.Abs(Level - surer.Level) <= 0.15f * surer.Contrast;

    /// <summary>Whether most of this is covered by a surer one.</summary>
    internal bool LiesMostlyIn(Candidate surer)
    {
        var rows = Math.Min(Region.Bottom, surer.Region.Bottom) - Math.Max(Region.Row, surer.Region.Row) + 1;
        var columns = Math.Min(Region.Right, surer.Region.Right) - Math.Max(Region.Column, surer.Region.Column) + 1;
        return rows > 0 && columns > 0 && 2L * rows * columns > Math.Min((long)Region.Rows * Region.Columns, (long)surer.Region.Rows * surer.Region.Columns);
    }

    /// <summary>This line with what continues it: as far along, and across no more than the slack.</summary>
    internal Candidate Lengthened(Candidate rest)
    {
        var slack = (int)(Slack * Height);
        var (first, last) = (Math.Min(Along.First, rest.Along.First), Math.Max(Along.Last, rest.Along.Last));
        var top = Math.Min(Across.First, Math.Max(rest.Across.First, Across.First - slack));
        var bottom = Math.Max(Across.Last, Math.Min(rest.Across.Last, Across.Last + slack));
        return this with
        {
            Region = Upright
                ? new TextRegion(top, first, bottom - top + 1, last - first + 1, Region.Confidence)
                : new TextRegion(first, top, last - first + 1, bottom - top + 1, Region.Confidence),
        };
    }
}
