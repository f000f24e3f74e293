namespace Scanlock.Intake.Text;

/// <summary>A line of text that was found in one layer, on its way to be joined with what other layers found of it.</summary>
/// <param name="Upright">True where it runs across the image, false where down.</param>
/// <param name="Score">The logarithm of the odds that it is text.</param>
/// <param name="Level">The level of its letters.</param>
/// <param name="Contrast">How far they stand out.</param>
/// <param name="Exact">Whether most of them are of exactly that level.</param>
internal readonly record struct Candidate(TextRegion Region, bool Upright, double Score, short Level, float Contrast, bool Exact)
{
    // In parts of the surer line's height: how much more the rest of a line may reach above and below it.
    private const float Slack = 0.3f;

    // The space after a comma of a face whose letters are all as wide.
    internal const float WidestSpace = 1.6f;

    // Log odds over which two layers that find a line in the same place need not agree in its level.
    private const double Doubtful = -2.5;

    /// <summary>Where it goes on to along the line, past letters that run into what they are drawn on.</summary>
    internal (int First, int Last) Ends { get; init; } = Upright ? (Region.Column, Region.Right) : (Region.Row, Region.Bottom);

    // Where the surest letters stand across it: what is joined to them moves its head and foot only so far from theirs.
    private (int First, int Last) Core { get; init; } = Upright ? (Region.Row, Region.Bottom) : (Region.Column, Region.Right);

    internal (int First, int Last) Along => Upright ? (Region.Column, Region.Right) : (Region.Row, Region.Bottom);

    internal (int First, int Last) Across => Upright ? (Region.Row, Region.Bottom) : (Region.Column, Region.Right);

    internal int Height => Across.Last - Across.First + 1;

    /// <summary>Whether this stands on the same line as a surer one, overlapping it or a space away.</summary>
    internal bool Continues(Candidate surer)
    {
        var shared = Math.Min(Across.Last, surer.Across.Last) - Math.Max(Across.First, surer.Across.First) + 1;
        var gap = Math.Max(Ends.First - surer.Ends.Last, surer.Ends.First - Ends.Last);
        return Upright == surer.Upright && gap <= WidestSpace * surer.Height && shared >= 0.7f * Math.Min(Height, surer.Height) && Height <= 1.7f * surer.Height;
    }

    /// <summary>
    /// Whether this, though not sure by itself, belongs to a surer line: it goes on in that one's level, or lies over it, as the letters
    /// do where the spaces within and between them were found first.
    /// </summary>
    internal bool MayContinue(Candidate surer)
    {
        var shared = Math.Min(Along.Last, surer.Along.Last) - Math.Max(Along.First, surer.Along.First) + 1;
        var over = Score >= Doubtful && shared >= 0.7f * (surer.Along.Last - surer.Along.First + 1);
        return Continues(surer) && (over || Math.Abs(Level - surer.Level) <= 0.05f * surer.Contrast);
    }

    /// <summary>Whether most of this is covered by a surer one, or some, where it runs across that one's letters.</summary>
    internal bool LiesMostlyIn(Candidate surer)
    {
        var rows = Math.Min(Region.Bottom, surer.Region.Bottom) - Math.Max(Region.Row, surer.Region.Row) + 1;
        var columns = Math.Min(Region.Right, surer.Region.Right) - Math.Max(Region.Column, surer.Region.Column) + 1;
        return rows > 0 && columns > 0 && (Upright == surer.Upright ? 2L : 6L) * rows * columns > Math.Min((long)Region.Rows * Region.Columns, (long)surer.Region.Rows * surer.Region.Columns);
    }

    /// <summary>This line with what continues it: as far along, and across no more than the slack.</summary>
    internal Candidate Lengthened(Candidate rest)
    {
        var slack = (int)(Slack * (Core.Last - Core.First + 1));
        var top = Math.Min(Across.First, Math.Max(rest.Across.First, Core.First - slack));
        var bottom = Math.Max(Across.Last, Math.Min(rest.Across.Last, Core.Last + slack));
        return Placed((Math.Min(Along.First, rest.Along.First), Math.Max(Along.Last, rest.Along.Last)), (top, bottom)) with
        {
            Ends = (Math.Min(Ends.First, rest.Ends.First), Math.Max(Ends.Last, rest.Ends.Last)),
        };
    }

    /// <summary>Where its letters were found, before what lies beside them was added.</summary>
    internal TextRegion Letters { get; init; } = Region;

    /// <summary>Its letters alone.</summary>
    internal Candidate OfLetters => new(Letters, Upright, Score, Level, Contrast, Exact);

    /// <summary>Pixels of all of it.</summary>
    internal int Area => Whole.Rows * Whole.Columns;

    /// <summary>All of it, to its ends.</summary>
    internal TextRegion Whole => Placed((Math.Min(Along.First, Ends.First), Math.Max(Along.Last, Ends.Last)), Across).Region;

    private Candidate Placed((int First, int Last) along, (int First, int Last) across)
    {
        var (length, height) = (along.Last - along.First + 1, across.Last - across.First + 1);
        return this with
        {
            Region = Upright
                ? new TextRegion(across.First, along.First, height, length, Region.Confidence)
                : new TextRegion(along.First, across.First, length, height, Region.Confidence),
        };
    }
}
