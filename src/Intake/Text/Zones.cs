using System.Numerics;
using System.Runtime.InteropServices;

namespace Scanlock.Intake.Text;

/// <summary>A connected set of pixels that stands out: its rectangle, its level and how it is filled.</summary>
/// <param name="Level">The pixels' own level: of all of them, or the most of the standing out.</param>
/// <param name="Area">Pixels.</param>
/// <param name="Runs">Horizontal runs that make it up: area over runs is the mean width of its strokes.</param>
/// <param name="Height">The mean height of its pixels over their surroundings.</param>
/// <param name="Peak">The greatest height of any of them.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Zone(int Top, int Left, int Bottom, int Right, short Level, int Area, int Runs, float Height, float Peak)
{
    internal int Rows => Bottom - Top + 1;

    internal int Columns => Right - Left + 1;

    /// <summary>The same with rows for columns; the runs stay those across the image.</summary>
    internal Zone Transposed => new(Left, Top, Right, Bottom, Level, Area, Runs, Height, Peak);
}

/// <summary>
/// Connected zones (8 neighbours) of what stands out, found by runs and union-find (Rosenfeld and Pfaltz, J. ACM 1966): either all that
/// stands out more than a threshold, or of that only pixels of exactly equal level (flat zones), which drawn text has and noise has not.
/// </summary>
internal sealed class Zones
{
    private const int LeastArea = 3;

    private readonly List<Run> _runs = [];
    private readonly List<int> _parents = [];
    private readonly List<int> _slots = [];
    private readonly List<Sum> _sums = [];
    private readonly List<Zone> _zones = [];

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Run(int Row, int First, int Last, short Level);

    /// <summary>The zones of more than a few pixels, in the order of their first pixel; the list is the next call's too.</summary>
    internal List<Zone> Find(ReadOnlySpan<short> levels, ReadOnlySpan<short> heights, int rows, int columns, Layer layer)
    {
        _runs.Clear();
        _parents.Clear();
        var (above, aboveEnd) = (0, 0);
        for (var row = 0; row < rows; row++)
        {
            var start = _runs.Count;
            Scan(levels.Slice(row * columns, columns), heights.Slice(row * columns, columns), row, layer.Threshold, layer.Flat);
            Join(above, aboveEnd, start, layer.Flat);
            (above, aboveEnd) = (start, _runs.Count);
        }

        return Gather(levels, heights, columns, layer.Flat);
    }

    private void Scan(ReadOnlySpan<short> levels, ReadOnlySpan<short> heights, int row, int threshold, bool flat)
    {
        ref var height = ref MemoryMarshal.GetReference(heights);
        for (var column = 0; column < heights.Length; column++)
        {
            // Most of an image stands out nowhere: it is passed over by vectors.
            while (column <= heights.Length - Vector<short>.Count && Vector.LessThanAll(Vector.LoadUnsafe(ref height, (nuint)column), new Vector<short>((short)threshold)))
            {
                column += Vector<short>.Count;
            }

            while (column < heights.Length && heights[column] < threshold)
            {
                column++;
            }

            if (column >= heights.Length)
            {
                return;
            }

            var (first, level) = (column, levels[column]);
            while (column + 1 < heights.Length && heights[column + 1] >= threshold && (!flat || levels[column + 1] == level))
            {
                column++;
            }

            _parents.Add(_runs.Count);
            _runs.Add(new Run(row, first, column, level));
        }
    }

    private void Join(int above, int aboveEnd, int start, bool flat)
    {
        for (var at = start; at < _runs.Count; at++)
        {
            var run = _runs[at];
            while (above < aboveEnd && _runs[above].Last < run.First - 1)
            {
                above++;
            }

            for (var other = above; other < aboveEnd && _runs[other].First <= run.Last + 1; other++)
            {
                if (!flat || _runs[other].Level == run.Level)
                {
                    Union(other, at);
                }
            }
        }
    }

    private void Union(int one, int other)
    {
        var (first, second) = (Root(one), Root(other));
        _parents[Math.Max(first, second)] = Math.Min(first, second);
    }

    private int Root(int run)
    {
        while (_parents[run] != run)
        {
            _parents[run] = _parents[_parents[run]];
            run = _parents[run];
        }

        return run;
    }

    private List<Zone> Gather(ReadOnlySpan<short> levels, ReadOnlySpan<short> heights, int columns, bool flat)
    {
        _slots.Clear();
        _sums.Clear();
        for (var at = 0; at < _runs.Count; at++)
        {
            var root = Root(at);
            _slots.Add(root == at ? _sums.Count : _slots[root]);
            if (root == at)
            {
                _sums.Add(new Sum(_runs[at]));
            }

            CollectionsMarshal.AsSpan(_sums)[_slots[at]].Add(_runs[at], levels, heights, columns);
        }

        _zones.Clear();
        foreach (ref readonly var sum in CollectionsMarshal.AsSpan(_sums))
        {
            if (sum.Area >= LeastArea)
            {
                _zones.Add(sum.Zone(flat));
            }
        }

        return _zones;
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Sum(Run first)
    {
        private readonly int _top = first.Row;
        private readonly short _first = first.Level;
        private int _left = first.First, _bottom = first.Row, _right = first.Last, _runs, _peak;
        private long _heights;
        private short _level = first.Level;

        internal int Area { get; private set; }

        internal void Add(Run run, ReadOnlySpan<short> levels, ReadOnlySpan<short> heights, int columns)
        {
            _left = Math.Min(_left, run.First);
            _right = Math.Max(_right, run.Last);
            _bottom = run.Row;
            _runs++;
            Area += run.Last - run.First + 1;
            for (var at = (run.Row * columns) + run.First; at <= (run.Row * columns) + run.Last; at++)
            {
                _heights += heights[at];
                if (heights[at] > _peak)
                {
                    (_peak, _level) = (heights[at], levels[at]);
                }
            }
        }

        internal readonly Zone Zone(bool flat) => new(_top, _left, _bottom, _right, flat ? _first : _level, Area, _runs, (float)_heights / Area, _peak);
    }
}
