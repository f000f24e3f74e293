namespace Scanlock.Intake.Text;

/// <summary>Zones that stand in a row as letters do.</summary>
internal sealed class TextLine
{
    private readonly Zone[] _letters;

    /// <param name="letters">From left to right; of a line that runs down the image, transposed.</param>
    /// <param name="score">The logarithm of the odds that this is text (<see cref="LineOdds"/>).</param>
    internal TextLine(ReadOnlySpan<Zone> letters, bool upright, Layer layer, double score)
    {
        (_letters, Upright, Layer, Score) = (letters.ToArray(), upright, layer, score);
        Rows = LineOdds.MedianRows(letters);
        foreach (ref readonly var letter in letters)
        {
            (Top, Bottom) = (Math.Min(Top, letter.Top), Math.Max(Bottom, letter.Bottom));
            (Left, Right) = (Math.Min(Left, letter.Left), Math.Max(Right, letter.Right));
        }
    }

    /// <summary>From left to right; of a line that runs down the image, transposed.</summary>
    internal IReadOnlyList<Zone> Letters => _letters;

    /// <summary>False where the line runs down the image (or up).</summary>
    internal bool Upright { get; }

    internal Layer Layer { get; }

    /// <summary>The median height of its letters.</summary>
    internal float Rows { get; }

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
}
