namespace Scanlock.Intake.Text;

/// <summary>Zones that stand in a row as letters do, and how sure it is that they are letters.</summary>
/// <remarks>
/// The likelihood is a logistic model over what the zones look like together: how many, how they stand on a line, how equal their rows
/// and levels are, how thin their strokes, how steep their edges. Its weights are fitted to text drawn into real CT (fonts of 8 to 40
/// pixels, both polarities, 60 HU of contrast and more, turned and straight) against what else stands out in the same slices.
/// </remarks>
internal sealed class TextLine
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

    private readonly Zone[] _letters;
    private readonly float _rows;

    internal TextLine(Zone[] letters, bool upright, Layer layer)
    {
        Array.Sort(letters, static (one, other) => one.Left.CompareTo(other.Left));
        (_letters, Upright, Layer) = (letters, upright, layer);
        _rows = Median(letters, static letter => letter.Rows);
        foreach (var letter in letters)
        {
            (Top, Bottom) = (Math.Min(Top, letter.Top), Math.Max(Bottom, letter.Bottom));
            (Left, Right) = (Math.Min(Left, letter.Left), Math.Max(Right, letter.Right));
        }

        Score = letters.Length < 2 ? double.NegativeInfinity : Judge();
    }

    /// <summary>From left to right; of a line that runs down the image, transposed.</summary>
    internal IReadOnlyList<Zone> Letters => _letters;

    /// <summary>False where the line runs down the image (or up).</summary>
    internal bool Upright { get; }

    internal Layer Layer { get; }

    /// <summary>The median height of its letters.</summary>
    internal float Rows => _rows;

    internal int Top { get; } = int.MaxValue;

    internal int Left { get; } = int.MaxValue;

    internal int Bottom { get; } = -1;

    internal int Right { get; } = -1;

    /// <summary>The logarithm of the odds that this is text.</summary>
    internal double Score { get; }

    /// <summary>The line as a region of the image, with its level and contrast.</summary>
    internal Candidate Candidate => new(
        Place(Top, Left, Bottom, Right), Upright, Score, Level, _letters.Average(static letter => letter.Height),
        Array.FindAll(_letters, letter => letter.Level == Level).Length * 2 > _letters.Length);

    private short Level => _letters[_letters.Length / 2].Level;

    /// <summary>A rectangle along the line as a region of the image.</summary>
    internal TextRegion Place(int top, int left, int bottom, int right) => Upright
        ? new TextRegion(top, left, bottom - top + 1, right - left + 1, Confidence)
        : new TextRegion(left, top, right - left + 1, bottom - top + 1, Confidence);

    private float Confidence => (float)(1 / (1 + Math.Exp(-Score)));

    private double Judge()
    {
        var (slope, residual) = Slant();
        var extent = (Bottom - Top + 1 - (Math.Abs(slope) * (Right - Left))) / _rows;
        var count = _letters.Sum(letter => Math.Max(1, (int)MathF.Round(Math.Min(letter.Columns / (0.75f * _rows), (float)letter.Runs / letter.Rows))));
        if (count < 3 || residual > 0.4 || extent is < 0.6 or > 2.6 || Math.Abs(slope) > 0.3)
        {
            return double.NegativeInfinity;
        }

        var stroke = _letters.Average(static letter => (double)letter.Area / letter.Runs);
        var contrast = _letters.Average(static letter => (double)letter.Height);
        var level = _letters.Average(static letter => (double)letter.Level);
        var quiet = Layer.Kind == LayerKind.Quiet;
        ReadOnlySpan<double> features =
        [
            1,
            Math.Log(count),
            Math.Log(_letters.Length),
            Math.Min(MedianGap() / _rows, 1.5),
            Math.Min(Math.Sqrt(_letters.Average(letter => Square(letter.Level - level))) / contrast, 0.4),
            _letters.Average(static letter => (double)letter.Height / letter.Peak),
            Aligned(),
            Math.Min(Median(_letters, letter => Math.Abs(letter.Rows - _rows)) / _rows, 0.5),
            Math.Log(quiet ? QuietContrast : contrast),
            stroke / _rows,
            _letters.Sum(static letter => (double)letter.Area) / _letters.Sum(static letter => (double)letter.Rows * letter.Columns),
            Math.Log(_rows),
            Math.Min(_letters.Average(letter => Math.Abs(((double)letter.Area / letter.Runs) - stroke)) / stroke, 0.5),
            residual,
            extent,
            Math.Abs(slope),
            Math.Log(quiet ? QuietThreshold : Layer.Threshold),
        ];
        var weights = Layer.Flat ? FlatWeights : Weights;
        var score = !quiet ? 0 : _letters.Length < 3 ? double.NegativeInfinity : _letters.Length < FewLetters || !Upright ? -QuietDoubt - FewDoubt : -QuietDoubt;
        for (var at = 0; at < features.Length; at++)
        {
            score += weights[at] * features[at];
        }

        return score;
    }

    // The least-squares line through the letters' centres: its slope, and how far they stand from it (root mean square, in letter heights).
    private (double Slope, double Residual) Slant()
    {
        var (x, y) = (_letters.Average(Across), _letters.Average(Down));
        var spread = _letters.Sum(letter => Square(Across(letter) - x));
        var slope = spread > 0 ? _letters.Sum(letter => (Across(letter) - x) * (Down(letter) - y)) / spread : 0;
        return (slope, Math.Sqrt(_letters.Average(letter => Square(Down(letter) - y - (slope * (Across(letter) - x))))) / _rows);
    }

    // The part of the letters that share the line's foot or its head.
    private double Aligned()
    {
        var (foot, head) = (Median(_letters, static letter => letter.Bottom), Median(_letters, static letter => letter.Top));
        var tolerance = Math.Max(1, 0.12 * _rows);
        return _letters.Count(letter => Math.Abs(letter.Bottom - foot) <= tolerance || Math.Abs(letter.Top - head) <= tolerance) / (double)_letters.Length;
    }

    private float MedianGap()
    {
        var gaps = new float[_letters.Length - 1];
        for (var at = 0; at < gaps.Length; at++)
        {
            gaps[at] = Math.Abs(_letters[at + 1].Left - _letters[at].Right - 1);
        }

        Array.Sort(gaps);
        return gaps[gaps.Length / 2];
    }

    private static double Across(Zone letter) => (letter.Left + letter.Right) / 2.0;

    private static double Down(Zone letter) => (letter.Top + letter.Bottom) / 2.0;

    private static double Square(double value) => value * value;

    private static float Median(Zone[] letters, Func<Zone, float> value)
    {
        var sorted = Array.ConvertAll(letters, letter => value(letter));
        Array.Sort(sorted);
        return sorted[sorted.Length / 2];
    }
}
