using System.Buffers;

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
internal static class TextLines
{
    /// <summary>The lowest letter that is looked for: the small letters of a font of 8 pixels.</summary>
    internal const int LeastRows = 4;

    private const int MostRows = 64;

    // In heights of the higher of two neighbours: a space between words is less.
    private const float WidestGap = 1.2f;

    /// <summary>All rows of two letters and more, across the image and down it.</summary>
    internal static List<TextLine> Find(List<Zone> zones, Layer layer)
    {
        var lines = new List<TextLine>();
        var (letters, lefts, parents) = (ArrayPool<Zone>.Shared.Rent(zones.Count), ArrayPool<int>.Shared.Rent(zones.Count), ArrayPool<int>.Shared.Rent(zones.Count));
        foreach (var upright in (ReadOnlySpan<bool>)[true, false])
        {
            var count = 0;
            foreach (var zone in zones)
            {
                var letter = upright ? zone : zone.Transposed;
                if (MayBeLetters(letter))
                {
                    (letters[count], lefts[count], parents[count]) = (letter, letter.Left, count);
                    count++;
                }
            }

            lefts.AsSpan(0, count).Sort(letters.AsSpan(0, count));
            Find(letters.AsSpan(0, count), parents.AsSpan(0, count), lefts.AsSpan(0, count), upright, layer, lines);
        }

        ArrayPool<Zone>.Shared.Return(letters);
        ArrayPool<int>.Shared.Return(lefts);
        ArrayPool<int>.Shared.Return(parents);
        return lines;
    }

    // Letters from left to right.
    private static void Find(ReadOnlySpan<Zone> letters, Span<int> parents, Span<int> sizes, bool upright, Layer layer, List<TextLine> lines)
    {
        for (var one = 0; one < letters.Length; one++)
        {
            // A neighbour is at most 2.1 times as high, and the gap at most 1.2 times that.
            var reach = letters[one].Right + 1 + (int)(2.1f * WidestGap * letters[one].Rows);
            for (var other = one + 1; other < letters.Length && letters[other].Left <= reach; other++)
            {
                if (Neighbours(letters[one], letters[other], layer))
                {
                    parents[Root(parents, other)] = Root(parents, one);
                }
            }
        }

        sizes.Clear();
        for (var at = 0; at < letters.Length; at++)
        {
            sizes[Root(parents, at)]++;
        }

        var groups = new Dictionary<int, List<Zone>>();
        for (var at = 0; at < letters.Length; at++)
        {
            var root = Root(parents, at);
            if (sizes[root] == 1)
            {
                continue;
            }

            if (!groups.TryGetValue(root, out var group))
            {
                groups.Add(root, group = []);
            }

            group.Add(letters[at]);
        }

        lines.AddRange(groups.Values.Select(group => new TextLine([.. group], upright, layer)));
    }

    // One letter, or a word whose letters touch: then it has many strokes beside each other, which a bar has not.
    private static bool MayBeLetters(Zone zone) =>
        zone.Rows is >= LeastRows and <= MostRows && zone.Columns <= zone.Rows * 16
        && (zone.Columns <= zone.Rows * 2 || zone.Runs >= 2 * zone.Rows);

    private static bool Neighbours(Zone one, Zone other, Layer layer)
    {
        var (low, high) = (Math.Min(one.Rows, other.Rows), Math.Max(one.Rows, other.Rows));
        var overlap = Math.Min(one.Bottom, other.Bottom) - Math.Max(one.Top, other.Top) + 1;
        return overlap >= 0.6f * low && high <= 2.1f * low && other.Left - one.Right - 1 <= WidestGap * high
            && (layer.Flat ? one.Level == other.Level : Math.Abs(one.Level - other.Level) <= 0.5f * Math.Max(one.Height, other.Height));
    }

    private static int Root(Span<int> parents, int at)
    {
        while (parents[at] != at)
        {
            at = parents[at] = parents[parents[at]];
        }

        return at;
    }
}
