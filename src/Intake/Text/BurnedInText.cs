using System.Buffers;
using System.Numerics;

namespace Scanlock.Intake.Text;

/// <summary>
/// Finds text that was drawn into an image, and hides it.
/// 1. What is thinner than a stroke stands out: white and black top-hats (<see cref="TopHat"/>).
/// 2. It falls into zones: of exactly one level (drawn without smoothing), and over thresholds (smoothed, or in a lossy image).
/// 3. Zones side by side are lines of letters or not: a fitted likelihood (<see cref="TextLine"/>), across the image and down it.
/// 4. Lines that are likely are grown by what belongs to them, and joined over thresholds and polarities.
/// </summary>
internal static class BurnedInText
{
    // Log odds from which a line is text.
    private const double Likely = 1.0;

    // Text runs down an image less often than vessels and ribs stand below each other.
    private const double LikelyDown = 2.5;

    // Log odds from which a line that goes on where a likely one ends belongs to it.
    private const double Possible = -5.0;

    private const int MostRounds = 4;

    // No line of text takes more of an image; what does is anatomy that looks alike, and painting it over would leave nothing to learn from.
    private const double LargestPart = 0.3;

    private const double CommonPart = 0.01;

    // Flat zones need the least contrast: noise is not flat. The rest is looked for at each scale of contrast.
    private static readonly (LayerKind Kind, int Threshold)[] Cuts =
    [
        (LayerKind.Quiet, 4), (LayerKind.Flat, 35), (LayerKind.Sparse, 42), (LayerKind.Sparse, 150), (LayerKind.Sparse, 260), (LayerKind.Sparse, 450), (LayerKind.Sparse, 750), (LayerKind.Sparse, 1100),
    ];

    /// <summary>The rectangles that hold text, from the top; together they hold all of it, with one pixel around it.</summary>
    /// <param name="hounsfield">Row by row, in HU, or in grey levels that span as much (<see cref="GreyFrames"/>).</param>
    internal static IReadOnlyList<TextRegion> Find(ReadOnlySpan<short> hounsfield, int rows, int columns)
    {
        if (hounsfield.Length != rows * columns)
        {
            throw new ArgumentException("not as many pixels as rows times columns", nameof(hounsfield));
        }

        if (hounsfield.IsEmpty)
        {
            return [];
        }

        // Sets are made of 64 pixels at a time, of which the last may lie behind the image.
        var size = Math.Max(TopHat.Padded(rows, columns), hounsfield.Length + PixelSet.WordPixels);
        var (levels, heights, scratch) = (Rented(size), Rented(size), Rented(size));
        try
        {
            var floor = Narrow(hounsfield, levels);
            var found = new List<Candidate>();
            FrameText.Find(levels.AsSpan(0, hounsfield.Length), rows, columns, found);
            var search = t_search ??= new Search(new Sieve(), new Zones(), new TextLines());
            search.Sieve.Begin(levels, rows, columns, floor);
            foreach (var dark in (ReadOnlySpan<bool>)[false, true])
            {
                TopHat.Of(levels, rows, columns, dark, heights, scratch);
                FindIn(search, levels, heights, rows, columns, dark, floor, found);
            }

            return [.. Fitting(found, LargestPart * rows * columns).Select(line => Widened(line.Whole, rows, columns)).OrderBy(static region => region.Row).ThenBy(static region => region.Column)];
        }
        finally
        {
            ArrayPool<short>.Shared.Return(levels);
            ArrayPool<short>.Shared.Return(heights);
            ArrayPool<short>.Shared.Return(scratch);
        }
    }

    // What is searched with grows to what an image needs, and serves the next.
    private sealed record Search(Sieve Sieve, Zones Zones, TextLines Lines);

    [ThreadStatic]
    private static Search? t_search;

    private static short[] Rented(int size) => ArrayPool<short>.Shared.Rent(size);

    /// <summary>Finds text and paints it over until none is found: what a first round hid in part may show what it stood beside.</summary>
    /// <returns>Every region that was painted.</returns>
    internal static IReadOnlyList<TextRegion> Hide(Span<short> hounsfield, int rows, int columns)
    {
        var hidden = new List<TextRegion>();
        for (var round = 0; round < MostRounds; round++)
        {
            var found = Find(hounsfield, rows, columns);
            if (found.Count == 0)
            {
                break;
            }

            foreach (var region in found)
            {
                Mask(hounsfield, rows, columns, region);
            }

            hidden.AddRange(found);
        }

        return hidden;
    }

    /// <summary>Paints a region in the median level of the pixels around it; nothing else changes.</summary>
    /// <param name="pixels">Row by row, the samples of a pixel beside each other.</param>
    /// <param name="samples">Samples of a pixel: 1 for grey, 3 for RGB.</param>
    internal static void Mask<T>(Span<T> pixels, int rows, int columns, TextRegion region, int samples = 1)
        where T : unmanaged, IComparable<T>
    {
        var around = new List<T>(2 * (region.Rows + region.Columns + 2));
        for (var sample = 0; sample < samples; sample++)
        {
            around.Clear();
            for (var row = Math.Max(0, region.Row - 1); row <= Math.Min(rows - 1, region.Bottom + 1); row++)
            {
                for (var column = Math.Max(0, region.Column - 1); column <= Math.Min(columns - 1, region.Right + 1); column++)
                {
                    if (row < region.Row || row > region.Bottom || column < region.Column || column > region.Right)
                    {
                        around.Add(pixels[(((row * columns) + column) * samples) + sample]);
                    }
                }
            }

            around.Sort();
            Paint(pixels, columns, region, samples, sample, around.Count > 0 ? around[around.Count / 2] : default);
        }
    }

    private static void Paint<T>(Span<T> pixels, int columns, TextRegion region, int samples, int sample, T level)
    {
        for (var row = region.Row; row <= region.Bottom; row++)
        {
            for (var column = region.Column; column <= region.Right; column++)
            {
                pixels[(((row * columns) + column) * samples) + sample] = level;
            }
        }
    }

    private static void FindIn(Search search, ReadOnlySpan<short> levels, ReadOnlySpan<short> heights, int rows, int columns, bool dark, short floor, List<Candidate> found)
    {
        search.Sieve.Turn();
        foreach (var (kind, threshold) in Cuts)
        {
            var layer = new Layer(dark, kind, threshold);
            if (search.Sieve.Keep(levels, heights, layer) is not { } kept)
            {
                continue;
            }

            var zones = search.Zones.Find(levels, heights, columns, kept, layer.Flat ? search.Sieve.Right : null);
            foreach (var line in search.Lines.Find(zones, layer, Possible))
            {
                if (layer.Kind != LayerKind.Quiet || Quiet.IsUnder(line, levels, rows, columns))
                {
                    found.Add(line.Score >= Least(line.Upright) ? LineEnds.Followed(Grown(line, zones), levels, heights, rows, columns, floor) with { Letters = line.Candidate.Region } : line.Candidate);
                }
            }
        }
    }

    private static double Least(bool upright) => upright ? Likely : LikelyDown;

    // Adds the points, dots and descenders, and the letters that stand a little apart: what lies on the line and looks as its letters do.
    private static Candidate Grown(TextLine line, List<Zone> zones)
    {
        var (level, height) = (line.Candidate.Level, line.Candidate.Contrast);
        var (top, left, bottom, right) = (line.Top, line.Left, line.Bottom, line.Right);
        var margin = 0.35f * line.Rows;
        // Flat zones of one level are rare outside a text; of the rest, more than a few letters' widths would be anatomy or noise.
        var reach = line.Layer.Flat ? int.MaxValue / 2 : (int)(3 * line.Rows);
        for (var grew = true; grew;)
        {
            grew = false;
            foreach (var zone in zones)
            {
                var other = line.Upright ? zone : zone.Transposed;
                var gap = Math.Max(other.Left - right, left - other.Right);
                var alike = line.Layer.Flat ? other.Level == level : other.Height >= 0.5f * height && Math.Abs(other.Level - level) <= 0.5f * height;
                if (alike && gap <= 1.2f * line.Rows && other.Left >= line.Left - reach && other.Right <= line.Right + reach
                    && other.Top >= line.Top - margin && other.Bottom <= line.Bottom + margin
                    && (other.Left < left || other.Right > right || other.Top < top || other.Bottom > bottom))
                {
                    (top, left) = (Math.Min(top, other.Top), Math.Min(left, other.Left));
                    (bottom, right) = (Math.Max(bottom, other.Bottom), Math.Max(right, other.Right));
                    grew = true;
                }
            }
        }

        return line.Candidate with { Region = line.Place(top, left, bottom, right) };
    }

    // A line that became too large may have grown out of letters into what stands beside them: of it the letters stay, where they are not too many.
    private static IEnumerable<Candidate> Fitting(List<Candidate> found, double most)
    {
        foreach (var line in Join(found))
        {
            if (line.Area <= most)
            {
                yield return line;
                continue;
            }

            var letters = found.FindAll(part => part.Score >= Least(part.Upright) && part.LiesMostlyIn(line)).ConvertAll(static part => part.OfLetters);
            foreach (var part in Join(letters).Where(part => part.Area <= most))
            {
                yield return part;
            }
        }
    }

    // The surest first. What lies on the same line lengthens it, no more: a less sure line may hold some anatomy beside the letters.
    private static List<Candidate> Join(List<Candidate> candidates)
    {
        var joined = new List<Candidate>();
        foreach (var candidate in candidates.Where(static candidate => candidate.Score >= Least(candidate.Upright)).OrderByDescending(static candidate => candidate.Score))
        {
            var at = joined.FindIndex(candidate.Continues);
            if (at >= 0)
            {
                joined[at] = joined[at].Lengthened(candidate);
            }
            else if (!joined.Exists(candidate.LiesMostlyIn))
            {
                joined.Add(candidate);
            }
        }

        var possible = candidates.FindAll(static candidate => candidate.Score < Least(candidate.Upright));
        for (var at = 0; at < possible.Count; at++)
        {
            var line = joined.FindIndex(possible[at].MayContinue);
            if (line >= 0)
            {
                joined[line] = joined[line].Lengthened(possible[at]);
                possible.RemoveAt(at);
                // A longer line may now reach one that was passed over.
                at = -1;
            }
        }

        return joined;
    }

    // The smoothed edge of a letter lies a pixel outside it.
    private static TextRegion Widened(TextRegion region, int rows, int columns)
    {
        var (row, column) = (Math.Max(0, region.Row - 1), Math.Max(0, region.Column - 1));
        return region with
        {
            Row = row,
            Column = column,
            Rows = Math.Min(rows - 1, region.Bottom + 1) - row + 1,
            Columns = Math.Min(columns - 1, region.Right + 1) - column + 1,
        };
    }

    // Heights over surroundings must fit in a short, whatever the image spans. Returned is the level at which the image was cut off from
    // below: its least, where that is common; otherwise one that no pixel has.
    private static short Narrow(ReadOnlySpan<short> hounsfield, Span<short> levels)
    {
        var (lowest, highest) = (short.MaxValue, short.MinValue);
        var (least, greatest) = (new Vector<short>(short.MaxValue), new Vector<short>(short.MinValue));
        var at = 0;
        for (; at <= hounsfield.Length - Vector<short>.Count; at += Vector<short>.Count)
        {
            var value = new Vector<short>(hounsfield[at..]);
            (least, greatest) = (Vector.Min(least, value), Vector.Max(greatest, value));
        }

        for (var lane = 0; lane < Vector<short>.Count; lane++)
        {
            (lowest, highest) = (Math.Min(lowest, least[lane]), Math.Max(highest, greatest[lane]));
        }

        foreach (var value in hounsfield[at..])
        {
            (lowest, highest) = (Math.Min(lowest, value), Math.Max(highest, value));
        }

        // Half of it is exact enough, and leaves a level free below.
        var shift = highest - lowest < short.MaxValue && lowest > short.MinValue ? 0 : 1;
        for (at = 0; at <= hounsfield.Length - Vector<short>.Count; at += Vector<short>.Count)
        {
            (new Vector<short>(hounsfield[at..]) >> shift).CopyTo(levels[at..]);
        }

        for (; at < hounsfield.Length; at++)
        {
            levels[at] = (short)(hounsfield[at] >> shift);
        }

        return hounsfield.Count(lowest) > CommonPart * hounsfield.Length ? (short)(lowest >> shift) : short.MinValue;
    }
}
