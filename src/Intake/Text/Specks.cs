namespace Scanlock.Intake.Text;

/// <summary>Takes out of a set what is connected (8 neighbours) with fewer than two others: of noise that is most, and zones begin at three pixels.</summary>
/// <remarks>A pixel stays that touches two others, or one that does: all of a connected set of three and more, and nothing of a smaller one.</remarks>
internal sealed class Specks
{
    private const int LastBit = PixelSet.WordPixels - 1;

    // Of a pixel and those to its left and right: whether any is in the set, and whether two are.
    private ulong[] _any = [];
    private ulong[] _two = [];

    // The pixels of the set that touch two others.
    private ulong[] _inner = [];

    internal void TakeFrom(PixelSet set)
    {
        // An empty row above the first, and one below the last.
        var (words, size) = (set.RowWords, (set.Rows + 2) * set.RowWords);
        if (_any.Length < size)
        {
            (_any, _two, _inner) = (new ulong[size], new ulong[size], new ulong[size]);
        }

        Clear(_any, words, size);
        Clear(_two, words, size);
        for (var row = 0; row < set.Rows; row++)
        {
            Spread(set.Row(row), _any.AsSpan((row + 1) * words, words), _two.AsSpan((row + 1) * words, words));
        }

        for (var row = 0; row < set.Rows; row++)
        {
            Touch(set.Row(row), row * words, _inner.AsSpan((row + 1) * words, words));
        }

        for (var row = 1; row <= set.Rows; row++)
        {
            Spread(_inner.AsSpan(row * words, words), _any.AsSpan(row * words, words), _two.AsSpan(row * words, words));
        }

        var kept = set.Words;
        for (var at = 0; at < kept.Length; at++)
        {
            kept[at] &= _any[at] | _any[at + words] | _any[at + (2 * words)];
        }
    }

    private static void Clear(ulong[] rows, int words, int size)
    {
        rows.AsSpan(0, words).Clear();
        rows.AsSpan(size - words, words).Clear();
    }

    private static void Spread(ReadOnlySpan<ulong> row, Span<ulong> any, Span<ulong> two)
    {
        var before = 0UL;
        for (var word = 0; word < row.Length; word++)
        {
            var here = row[word];
            var (left, right) = Beside(row, word, before);
            (any[word], two[word]) = (here | left | right, (here & (left | right)) | (left & right));
            before = here;
        }
    }

    private void Touch(ReadOnlySpan<ulong> row, int above, Span<ulong> inner)
    {
        var (before, below) = (0UL, above + (2 * row.Length));
        for (var word = 0; word < row.Length; word++, above++, below++)
        {
            var here = row[word];
            var (left, right) = Beside(row, word, before);
            inner[word] = here & (_two[above] | _two[below] | (left & right) | (_any[above] & _any[below]) | ((_any[above] | _any[below]) & (left | right)));
            before = here;
        }
    }

    // For each place of a word what stands to its left, and to its right.
    private static (ulong Left, ulong Right) Beside(ReadOnlySpan<ulong> row, int word, ulong before) =>
        ((row[word] << 1) | (before >> LastBit), (row[word] >> 1) | (word + 1 < row.Length ? row[word + 1] << LastBit : 0));
}
