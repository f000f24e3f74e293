using System.Runtime.InteropServices;

namespace Scanlock.Intake.Text;

/// <summary>Where zones are sought.</summary>
internal enum LayerKind
{
    /// <summary>In pixels of exactly their neighbours' level: drawn without smoothing.</summary>
    Flat,

    /// <summary>In tiles that are not full of what stands out.</summary>
    Sparse,

    /// <summary>In tiles most of which has one level, where the least contrast tells.</summary>
    Quiet,
}

/// <summary>How zones were found: what stands out by at least the threshold, lighter or darker than around.</summary>
internal readonly record struct Layer(bool Dark, LayerKind Kind, int Threshold)
{
    internal bool Flat => Kind == LayerKind.Flat;
}

/// <summary>Finds zones that stand side by side as letters do.</summary>
internal sealed class TextLines
{
    /// <summary>The lowest letter that is looked for: the small letters of a font of 8 pixels.</summary>
    internal const int LeastRows = 4;

    private const int MostRows = 64;

    // In heights of the higher of two neighbours: a space between words is less.
    private const float WidestGap = 1.2f;
    private const float MostTimesHigher = 2.1f;

    // Neighbours share rows, and so a band of them.
    private const int BandRows = 16;

    private readonly List<List<Reaching>> _bands = [];
    private Zone[] _letters = [];
    private Zone[] _ordered = [];
    private long[] _places = [];
    private int[] _parents = [];
    private int[] _ends = [];

    /// <param name="Letter">Its number.</param>
    /// <param name="Reach">The last column in which a neighbour can begin.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Reaching(int Letter, int Top, int Bottom, int Reach);

    /// <summary>All rows of two letters and more that are likely enough, across the image and down it.</summary>
    internal List<TextLine> Find(List<Zone> zones, Layer layer, double least)
    {
        var lines = new List<TextLine>();
        if (_letters.Length < zones.Count)
        {
            var size = 2 * zones.Count;
            (_letters, _ordered, _places, _parents, _ends) = (new Zone[size], new Zone[size], new long[size], new int[size], new int[size]);
        }

        foreach (var upright in (ReadOnlySpan<bool>)[true, false])
        {
            var count = 0;
            for (var at = 0; at < zones.Count; at++)
            {
                var letter = upright ? zones[at] : zones[at].Transposed;
                if (MayBeLetters(letter))
                {
                    _places[count++] = ((long)letter.Left << 32) | (uint)at;
                }
            }

            // From left to right; numbers are sorted faster than zones.
            _places.AsSpan(0, count).Sort();
            for (var at = 0; at < count; at++)
            {
                var zone = zones[(int)_places[at]];
                _letters[at] = upright ? zone : zone.Transposed;
            }

            Join(_letters.AsSpan(0, count), layer);
            Gather(count, upright, layer, least, lines);
        }

        return lines;
    }

    // Letters from left to right: each is held against those before it that still reach it, band by band.
    private void Join(ReadOnlySpan<Zone> letters, Layer layer)
    {
        foreach (var band in _bands)
        {
            band.Clear();
        }

        for (var at = 0; at < letters.Length; at++)
        {
            _parents[at] = at;
            ref readonly var letter = ref letters[at];
            var reaching = new Reaching(at, letter.Top, letter.Bottom, letter.Right + 1 + (int)(MostTimesHigher * WidestGap * letter.Rows));
            for (var band = letter.Top / BandRows; band <= letter.Bottom / BandRows; band++)
            {
                while (_bands.Count <= band)
                {
                    _bands.Add([]);
                }

                Join(letters, at, _bands[band], layer);
                _bands[band].Add(reaching);
            }
        }
    }

    private void Join(ReadOnlySpan<Zone> letters, int at, List<Reaching> band, Layer layer)
    {
        var (left, top, bottom, count) = (letters[at].Left, letters[at].Top, letters[at].Bottom, 0);
        var entries = CollectionsMarshal.AsSpan(band);
        for (var entry = 0; entry < entries.Length; entry++)
        {
            ref readonly var before = ref entries[entry];
            if (left > before.Reach)
            {
                // Nor does it reach any that comes after this one.
                continue;
            }

            if (before.Top <= bottom && before.Bottom >= top && Neighbours(letters[before.Letter], letters[at], layer))
            {
                var (one, two) = (Root(at), Root(before.Letter));
                _parents[Math.Max(one, two)] = Math.Min(one, two);
            }

            entries[count++] = before;
        }

        CollectionsMarshal.SetCount(band, count);
    }

    // Puts the letters of each line beside each other, and judges it.
    private void Gather(int count, bool upright, Layer layer, double least, List<TextLine> lines)
    {
        _ends.AsSpan(0, count).Clear();
        for (var at = 0; at < count; at++)
        {
            _ends[Root(at)]++;
        }

        var (sum, size) = (0, 0);
        for (var at = 0; at < count; at++)
        {
            (size, _ends[at]) = (_ends[at], sum);
            sum += size;
        }

        for (var at = 0; at < count; at++)
        {
            _ordered[_ends[Root(at)]++] = _letters[at];
        }

        var first = 0;
        for (var at = 0; at < count; at++)
        {
            var letters = _ordered.AsSpan(first, _ends[at] - first);
            first = _ends[at];
            if (letters.Length >= 2 && LineOdds.Of(letters, upright, layer, least) is var score && score >= least)
            {
                lines.Add(new TextLine(letters, upright, layer, score));
            }
        }
    }

    // One letter, or a word whose letters touch: then it has many strokes beside each other, which a bar has not.
    private static bool MayBeLetters(in Zone zone) =>
        zone.Rows is >= LeastRows and <= MostRows && zone.Columns <= zone.Rows * 16
        && (zone.Columns <= zone.Rows * 2 || zone.Runs >= 2 * zone.Rows);

    private static bool Neighbours(in Zone one, in Zone other, Layer layer)
    {
        var (low, high) = (Math.Min(one.Rows, other.Rows), Math.Max(one.Rows, other.Rows));
        var overlap = Math.Min(one.Bottom, other.Bottom) - Math.Max(one.Top, other.Top) + 1;
        return overlap >= 0.6f * low && high <= MostTimesHigher * low && other.Left - one.Right - 1 <= WidestGap * high
            && (layer.Flat ? one.Level == other.Level : Math.Abs(one.Level - other.Level) <= 0.5f * Math.Max(one.Height, other.Height));
    }

    private int Root(int at)
    {
        while (_parents[at] != at)
        {
            at = _parents[at] = _parents[_parents[at]];
        }

        return at;
    }
}
