using System.Numerics;
using System.Runtime.InteropServices;

namespace Scanlock.Trainer.Preparing;

/// <summary>
/// The connected parts of a mask, found by uniting runs of pixels that touch (He, Chao and Suzuki, IEEE Transactions on Image
/// Processing, 2008): a row of a CT slice has a handful of runs, so this is far less work than looking at every pixel.
/// </summary>
internal sealed class Components
{
    private readonly BitImage _image;
    private readonly List<Run> _runs = [];
    private readonly List<int> _parents = [];
    private readonly List<Component> _all = [];

    /// <param name="diagonal">Whether pixels that share no more than a corner touch.</param>
    internal Components(BitImage image, bool diagonal)
    {
        _image = image;
        Connect(diagonal ? 1 : 0);
        Measure();
    }

    internal IReadOnlyList<Component> All => _all;

    /// <summary>Adds the pixels of those parts that <paramref name="isWanted"/> picks.</summary>
    internal void Draw(Func<Component, bool> isWanted, BitImage into)
    {
        var wanted = _all.ConvertAll(c => isWanted(c));
        for (var run = 0; run < _runs.Count; run++)
        {
            if (wanted[_parents[run]])
            {
                into.Set(_runs[run].Row, _runs[run].Begin, _runs[run].End);
            }
        }
    }

    private void Connect(int reach)
    {
        var (above, begin) = (0, 0);
        for (var row = 0; row < _image.Rows; row++)
        {
            AddRuns(row);
            var candidate = above;
            for (var run = begin; run < _runs.Count; run++)
            {
                // Runs of both rows are in order, so each pair that may touch is looked at once.
                while (candidate < begin && _runs[candidate].End + reach <= _runs[run].Begin)
                {
                    candidate++;
                }

                for (var other = candidate; other < begin && _runs[other].Begin < _runs[run].End + reach; other++)
                {
                    Unite(other, run);
                }
            }

            (above, begin) = (begin, _runs.Count);
        }
    }

    private void AddRuns(int row)
    {
        var words = _image.Row(row);
        var begin = -1;
        for (var i = 0; i < words.Length; i++)
        {
            // Each change between 0 and 1 begins or ends a run.
            var changes = words[i] ^ ((words[i] << 1) | (begin >= 0 ? 1UL : 0));
            for (; changes != 0; changes &= changes - 1)
            {
                var column = (i * 64) + BitOperations.TrailingZeroCount(changes);
                if (begin < 0)
                {
                    begin = column;
                }
                else
                {
                    Add(new Run(row, begin, column));
                    begin = -1;
                }
            }
        }

        if (begin >= 0)
        {
            Add(new Run(row, begin, _image.Columns));
        }
    }

    private void Add(Run run)
    {
        _parents.Add(_runs.Count);
        _runs.Add(run);
    }

    private int Root(int run)
    {
        while (_parents[run] != run)
        {
            run = _parents[run] = _parents[_parents[run]];
        }

        return run;
    }

    private void Unite(int one, int other)
    {
        var (a, b) = (Root(one), Root(other));
        _parents[Math.Max(a, b)] = Math.Min(a, b);
    }

    /// <summary>From here on, a run's parent is the number of its part: a root comes before its runs, so it is numbered before them.</summary>
    private void Measure()
    {
        for (var run = 0; run < _runs.Count; run++)
        {
            var (row, begin, end) = _runs[run];
            if (_parents[run] == run)
            {
                _parents[run] = _all.Count;
                _all.Add(new Component(_all.Count));
            }
            else
            {
                _parents[run] = _parents[_parents[run]];
            }

            var atEdge = row == 0 || row == _image.Rows - 1 ? end - begin : (begin == 0 ? 1 : 0) + (end == _image.Columns ? 1 : 0);
            _all[_parents[run]].Add(new Box(row, begin, 1, end - begin), atEdge);
        }
    }

    /// <summary>Pixels of one row, from <paramref name="Begin"/> to before <paramref name="End"/>.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Run(int Row, int Begin, int End);
}

/// <summary>One connected part of a mask.</summary>
internal sealed class Component(int number)
{
    internal int Number => number;

    internal int Area { get; private set; }

    /// <summary>How many of its pixels lie at the edge of the image.</summary>
    internal int AtEdge { get; private set; }

    internal Box Bounds { get; private set; }

    internal void Add(Box run, int atEdge)
    {
        Bounds = Area == 0 ? run : Bounds.With(run);
        Area += run.Columns;
        AtEdge += atEdge;
    }
}
