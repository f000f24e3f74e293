using System.Runtime.InteropServices;

namespace Scanlock.Intake.Text;

/// <summary>How sure it is that zones in a row are letters.</summary>
/// <remarks>
/// The likelihood is a logistic model over what the zones look like together: how many, how they stand on a line, how equal their rows
/// and levels are, how thin their strokes, how steep their edges. Its weights are fitted to text drawn into real CT (fonts of 8 to 40
/// pixels, both polarities, 60 HU of contrast and more, turned and straight) against what else stands out in the same slices.
/// </remarks>
internal readonly ref struct LineOdds
{
    // In the order of Features; one model for flat zones, whose levels are equal by definition, one for the rest.
    private static readonly double[] FlatWeights = [-23.93, 1.58, 4.34, -1.23, 0, 0.29, 1.35, -3.27, 1.7, -5.1, 10.97, 1.64, -1.15, -12.2, -0.85, -12.1, 0];
    private static readonly double[] Weights = [-20.26, 0.91, 4.63, -2.31, -14.43, 9.04, 0.6, -4.22, 5.53, -8.35, 8.83, -0.54, 0, -12.97, -0.73, -10.23, -4.48];

    // On one level any contrast is as sure as this one elsewhere, but for blocks of a lossy image: they are lined up too, but few, or down the image.
    private const int QuietContrast = 300;
    private const int QuietThreshold = 42;
    private const int FewLetters = 5;
    private const double QuietDoubt = 4;
    private const double FewDoubt = 8.5;

    // In letter heights: how far a line's letters reach across it at least.
    private const double LeastExtent = 0.6;

    // Numbers to take a median of: most lines are short, and there are many.
    private const int FewNumbers = 64;

    private readonly ReadOnlySpan<Zone> _letters;
    private readonly Span<float> _numbers;
    private readonly float _rows;

    private LineOdds(ReadOnlySpan<Zone> letters, Span<float> numbers)
    {
        _letters = letters;
        _numbers = numbers[..letters.Length];
        _rows = Median(static (letter, _) => letter.Rows, 0);
    }

    /// <summary>The median height of letters.</summary>
    internal static float MedianRows(ReadOnlySpan<Zone> letters) => new LineOdds(letters, letters.Length <= FewNumbers ? stackalloc float[FewNumbers] : new float[letters.Length])._rows;

    /// <summary>The logarithm of the odds that zones are letters of a line; negative infinity where they cannot be, or are less likely than asked for.</summary>
    /// <param name="letters">Two and more, from left to right; of a line that runs down the image, transposed.</param>
    internal static double Of(ReadOnlySpan<Zone> letters, bool upright, Layer layer, double least) =>
        new LineOdds(letters, letters.Length <= FewNumbers ? stackalloc float[FewNumbers] : new float[letters.Length]).Judge(upright, layer, least);

    private double Judge(bool upright, Layer layer, double least)
    {
        var means = Means.Of(_letters, _rows);
        var quiet = layer.Kind == LayerKind.Quiet;
        var doubt = !quiet ? 0 : _letters.Length < 3 ? double.NegativeInfinity : _letters.Length < FewLetters || !upright ? -QuietDoubt - FewDoubt : -QuietDoubt;

        // What takes sorting is taken at its best at first: few lines are then likely enough to look closer.
        Span<double> features =
        [
            1,
            Math.Log(means.Count),
            Math.Log(_letters.Length),
            0,
            Math.Min(means.LevelSpread / means.Contrast, 0.4),
            means.Flatness,
            1,
            0,
            Math.Log(quiet ? QuietContrast : means.Contrast),
            means.Stroke / _rows,
            means.Filled,
            Math.Log(_rows),
            Math.Min(means.StrokeSpread / means.Stroke, 0.5),
            0,
            LeastExtent,
            0,
            Math.Log(quiet ? QuietThreshold : layer.Threshold),
        ];
        if (means.Count < 3 || Score(features, layer.Flat, doubt) < least)
        {
            return double.NegativeInfinity;
        }

        var (slope, residual, extent) = Slant();
        if (residual > 0.4 || extent is < LeastExtent or > 2.6 || Math.Abs(slope) > 0.3)
        {
            return double.NegativeInfinity;
        }

        (features[3], features[6], features[7]) = (Math.Min(MedianGap() / _rows, 1.5), Aligned(), Math.Min(Median(static (letter, rows) => Math.Abs(letter.Rows - rows), _rows) / _rows, 0.5));
        (features[13], features[14], features[15]) = (residual, extent, Math.Abs(slope));
        return Score(features, layer.Flat, doubt);
    }

    private static double Score(ReadOnlySpan<double> features, bool flat, double score)
    {
        var weights = flat ? FlatWeights : Weights;
        for (var at = 0; at < features.Length; at++)
        {
            score += weights[at] * features[at];
        }

        return score;
    }

    // The least-squares line through the letters' centres: its slope, how far they stand from it (root mean square), and how far they reach across it, both in letter heights.
    private (double Slope, double Residual, double Extent) Slant()
    {
        var (x, y, left, right, top, bottom) = (0.0, 0.0, int.MaxValue, -1, int.MaxValue, -1);
        foreach (ref readonly var letter in _letters)
        {
            (x, y) = (x + Across(letter), y + Down(letter));
            (left, right, top, bottom) = (Math.Min(left, letter.Left), Math.Max(right, letter.Right), Math.Min(top, letter.Top), Math.Max(bottom, letter.Bottom));
        }

        (x, y) = (x / _letters.Length, y / _letters.Length);
        var (spread, shared, rest) = (0.0, 0.0, 0.0);
        foreach (ref readonly var letter in _letters)
        {
            spread += Square(Across(letter) - x);
            shared += (Across(letter) - x) * (Down(letter) - y);
        }

        var slope = spread > 0 ? shared / spread : 0;
        foreach (ref readonly var letter in _letters)
        {
            rest += Square(Down(letter) - y - (slope * (Across(letter) - x)));
        }

        return (slope, Math.Sqrt(rest / _letters.Length) / _rows, (bottom - top + 1 - (Math.Abs(slope) * (right - left))) / _rows);
    }

    // The part of the letters that share the line's foot or its head.
    private double Aligned()
    {
        var (foot, head) = (Median(static (letter, _) => letter.Bottom, 0), Median(static (letter, _) => letter.Top, 0));
        var (tolerance, aligned) = (Math.Max(1, 0.12 * _rows), 0);
        foreach (ref readonly var letter in _letters)
        {
            aligned += Math.Abs(letter.Bottom - foot) <= tolerance || Math.Abs(letter.Top - head) <= tolerance ? 1 : 0;
        }

        return aligned / (double)_letters.Length;
    }

    private float MedianGap()
    {
        var gaps = _numbers[1..];
        for (var at = 0; at < gaps.Length; at++)
        {
            gaps[at] = Math.Abs(_letters[at + 1].Left - _letters[at].Right - 1);
        }

        gaps.Sort();
        return gaps[gaps.Length / 2];
    }

    private float Median(Func<Zone, float, float> value, float parameter)
    {
        for (var at = 0; at < _letters.Length; at++)
        {
            _numbers[at] = value(_letters[at], parameter);
        }

        _numbers.Sort();
        return _numbers[_numbers.Length / 2];
    }

    private static double Across(in Zone letter) => (letter.Left + letter.Right) / 2.0;

    private static double Down(in Zone letter) => (letter.Top + letter.Bottom) / 2.0;

    private static double Square(double value) => value * value;

    /// <summary>What letters are like on average.</summary>
    /// <param name="Count">How many there are, where some touch.</param>
    /// <param name="Stroke">Pixels that their strokes are wide.</param>
    /// <param name="StrokeSpread">Mean distance from that.</param>
    /// <param name="Contrast">How far they stand out.</param>
    /// <param name="LevelSpread">Standard deviation of their levels.</param>
    /// <param name="Flatness">Their mean height over their greatest.</param>
    /// <param name="Filled">The part of their rectangles that they fill.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Means(int Count, double Stroke, double StrokeSpread, double Contrast, double LevelSpread, double Flatness, double Filled)
    {
        internal static Means Of(ReadOnlySpan<Zone> letters, float rows)
        {
            var (count, stroke, contrast, level, flatness, area, boxes) = (0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
            foreach (ref readonly var letter in letters)
            {
                count += Math.Max(1, (int)MathF.Round(Math.Min(letter.Columns / (0.75f * rows), (float)letter.Runs / letter.Rows)));
                (stroke, contrast, level) = (stroke + ((double)letter.Area / letter.Runs), contrast + letter.Height, level + letter.Level);
                (flatness, area, boxes) = (flatness + ((double)letter.Height / letter.Peak), area + letter.Area, boxes + ((double)letter.Rows * letter.Columns));
            }

            (stroke, level) = (stroke / letters.Length, level / letters.Length);
            var (strokes, levels) = (0.0, 0.0);
            foreach (ref readonly var letter in letters)
            {
                (strokes, levels) = (strokes + Math.Abs(((double)letter.Area / letter.Runs) - stroke), levels + Square(letter.Level - level));
            }

            return new Means(count, stroke, strokes / letters.Length, contrast / letters.Length, Math.Sqrt(levels / letters.Length), flatness / letters.Length, area / boxes);
        }
    }
}
