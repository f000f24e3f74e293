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
/// Connected zones (8 neighbours) of a set of pixels, found by runs and union-find (Rosenfeld and Pfaltz, J. ACM 1966): either all that is
/// connected in it, or of that only pixels of exactly equal level (flat zones), which drawn text has and noise has not.
/// </summary>
internal sealed class Zones
{
    private const int LeastArea = 3;
    private const int LastBit = PixelSet.WordPixels - 1;

    private readonly List<Zone> _zones = [];

    // Of the row above and of this one.
    private Run[] _above = [];
    private Run[] _runs = [];

    // Of the zones begun, and into which of them each has grown.
    private Sum[] _sums = new Sum[1024];
    private int[] _parents = new int[1024];
    private int _count;

    [StructLayout(LayoutKind.Auto)]
    private record struct Run(int First, int Last, short Level, int Zone);

    /// <summary>The zones of more than a few pixels, in the order of their first pixel; the list is the next call's too.</summary>
    /// <param name="kept">Where they are sought.</param>
    /// <param name="right">Where zones are of one level each, the pixels that equal the next to their right; null where they are not.</param>
    internal List<Zone> Find(ReadOnlySpan<short> levels, ReadOnlySpan<short> heights, int columns, PixelSet kept, PixelSet? right)
    {
        if (_runs.Length < columns)
        {
            (_above, _runs) = (new Run[columns], new Run[columns]);
        }

        (_count, var above) = (0, 0);
        for (var row = 0; row < kept.Rows; row++)
        {
            var words = kept.Row(row);
            var count = words.ContainsAnyExcept(0UL) ? Scan(levels.Slice(row * columns, columns), words, right is null ? default : right.Row(row)) : 0;
            Join(heights.Slice(row * columns, columns), row, above, count, right is not null);
            (_above, _runs, above) = (_runs, _above, count);
        }

        _zones.Clear();
        for (var at = 0; at < _count; at++)
        {
            if (_parents[at] == at && _sums[at].Area >= LeastArea)
            {
                _zones.Add(_sums[at].Zone(levels, columns));
            }
        }

        return _zones;
    }

    // A run begins at a pixel that does not go on from the one to its left, and ends at one that does not go on to its right.
    private int Scan(ReadOnlySpan<short> levels, ReadOnlySpan<ulong> words, ReadOnlySpan<ulong> right)
    {
        var (begun, ended, carry) = (0, 0, 0UL);
        for (var word = 0; word < words.Length; word++)
        {
            var bits = words[word];
            var next = word + 1 < words.Length ? words[word + 1] << LastBit : 0;
            var goesOn = bits & ((bits >> 1) | next) & (right.IsEmpty ? ulong.MaxValue : right[word]);
            var (starts, ends) = (bits & ~((goesOn << 1) | carry), bits & ~goesOn);
            carry = goesOn >> LastBit;
            for (; starts != 0; starts &= starts - 1)
            {
                var first = (word * PixelSet.WordPixels) + BitOperations.TrailingZeroCount(starts);
                _runs[begun++] = new Run(first, first, levels[first], 0);
            }

            for (; ends != 0; ends &= ends - 1)
            {
                _runs[ended++].Last = (word * PixelSet.WordPixels) + BitOperations.TrailingZeroCount(ends);
            }
        }

        return begun;
    }

    // Adds a row's runs to the zones they touch in the row above, which become one, or begins new ones.
    private void Join(ReadOnlySpan<short> heights, int row, int aboveCount, int count, bool flat)
    {
        var above = 0;
        for (var at = 0; at < count; at++)
        {
            ref var run = ref _runs[at];
            while (above < aboveCount && _above[above].Last < run.First - 1)
            {
                above++;
            }

            var zone = -1;
            for (var other = above; other < aboveCount && _above[other].First <= run.Last + 1; other++)
            {
                if (!flat || _above[other].Level == run.Level)
                {
                    zone = zone < 0 ? Root(_above[other].Zone) : Union(zone, Root(_above[other].Zone));
                }
            }

            run.Zone = zone < 0 ? Begin(run, row) : zone;
            _sums[run.Zone].Add(run, row, heights);
        }
    }

    private int Begin(Run run, int row)
    {
        if (_count == _sums.Length)
        {
            Array.Resize(ref _sums, 2 * _count);
            Array.Resize(ref _parents, 2 * _count);
        }

        (_sums[_count], _parents[_count]) = (new Sum(run, row), _count);
        return _count++;
    }

    private int Union(int one, int other)
    {
        var (first, second) = (Math.Min(one, other), Math.Max(one, other));
        if (first != second)
        {
            _parents[second] = first;
            _sums[first].Add(_sums[second]);
        }

        return first;
    }

    private int Root(int zone)
    {
        while (_parents[zone] != zone)
        {
            zone = _parents[zone] = _parents[_parents[zone]];
        }

        return zone;
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Sum(Run first, int row)
    {
        private int _top = row, _left = first.First, _bottom = row, _right = first.Last, _runs, _peak = -1, _peakRow, _peakColumn;
        private long _heights;

        internal int Area { get; private set; }

        internal void Add(Run run, int row, ReadOnlySpan<short> heights)
        {
            (_left, _right, _bottom) = (Math.Min(_left, run.First), Math.Max(_right, run.Last), row);
            _runs++;
            Area += run.Last - run.First + 1;
            for (var column = run.First; column <= run.Last; column++)
            {
                _heights += heights[column];
                if (heights[column] > _peak)
                {
                    (_peak, _peakRow, _peakColumn) = (heights[column], row, column);
                }
            }
        }

        internal void Add(Sum other)
        {
            (_top, _left, _bottom, _right) = (Math.Min(_top, other._top), Math.Min(_left, other._left), Math.Max(_bottom, other._bottom), Math.Max(_right, other._right));
            (_runs, Area, _heights) = (_runs + other._runs, Area + other.Area, _heights + other._heights);

            // The first of equal peaks.
            if (other._peak > _peak || (other._peak == _peak && (other._peakRow, other._peakColumn).CompareTo((_peakRow, _peakColumn)) < 0))
            {
                (_peak, _peakRow, _peakColumn) = (other._peak, other._peakRow, other._peakColumn);
            }
        }

        internal readonly Zone Zone(ReadOnlySpan<short> levels, int columns) =>
            new(_top, _left, _bottom, _right, levels[(_peakRow * columns) + _peakColumn], Area, _runs, (float)_heights / Area, _peak);
    }
}
