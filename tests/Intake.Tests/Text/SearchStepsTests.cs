using System.Numerics;
using Scanlock.Intake.Text;

namespace Scanlock.Intake.Tests.Text;

/// <summary>The steps of the search work on many pixels at once; here each pixel is looked at by itself, as their definitions say.</summary>
public sealed class SearchStepsTests
{
    // About the 64 pixels of a word, and far from them.
    public static readonly TheoryData<int, int> Sizes = new() { { 1, 1 }, { 3, 17 }, { 20, 63 }, { 18, 64 }, { 21, 65 }, { 12, 128 }, { 9, 200 } };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_top_hat_is_what_stands_over_all_windows_that_hold_a_pixel(int rows, int columns)
    {
        var (levels, heights) = (Padded(Random(rows, columns, 900)), new short[(rows * columns) + PixelSet.WordPixels]);
        foreach (var dark in (bool[])[false, true])
        {
            TopHat.Of(levels, rows, columns, dark, heights, new short[TopHat.Padded(rows, columns)]);

            for (var at = 0; at < rows * columns; at++)
            {
                var opened = Windows(at / columns, at % columns, rows, columns).Max(window => window.Min(pixel => dark ? -levels[pixel] : levels[pixel]));
                Assert.Equal((dark ? -levels[at] : levels[at]) - opened, heights[at]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Equal_neighbours_are_those_of_the_same_level(int rows, int columns)
    {
        var levels = Padded(Random(rows, columns, 5));
        var neighbours = new Neighbours();
        neighbours.Find(levels, rows, columns);

        for (var at = 0; at < rows * columns; at++)
        {
            var (row, column) = (at / columns, at % columns);
            var isBorder = row == 0 || column == 0 || row == rows - 1 || column == columns - 1;
            Assert.Equal(column + 1 < columns && levels[at] == levels[at + 1], Has(neighbours.Right, row, column));
            Assert.Equal(isBorder || Around(at, rows, columns).Any(other => levels[other] == levels[at]), Has(neighbours.Any, row, column));
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Zones_are_what_a_flood_reaches_and_specks_are_none(int rows, int columns)
    {
        foreach (var flat in (bool[])[false, true])
        {
            var (levels, heights) = (Padded(Random(rows, columns, 2)), Padded(Random(rows, columns, 60)));
            var (kept, neighbours) = (new PixelSet(), new Neighbours());
            kept.Resize(rows, columns);
            kept.Fill();
            kept.Narrow(heights, 40);
            neighbours.Find(levels, rows, columns);
            var expected = Floods(levels, heights, rows, columns, flat).Where(flood => flood.Count >= 3).Select(flood => Described(flood, levels, heights, columns)).ToList();

            Assert.Equal(expected, new Zones().Find(levels, heights, columns, kept, flat ? neighbours.Right : null));
            new Specks().TakeFrom(kept);
            Assert.Equal(expected, new Zones().Find(levels, heights, columns, kept, flat ? neighbours.Right : null));
            Assert.Equal(Floods(levels, heights, rows, columns, flat: false).Where(flood => flood.Count >= 3).Sum(flood => flood.Count), kept.Words.ToArray().Sum(BitOperations.PopCount));
        }
    }

    // The windows of the structuring square that hold a pixel, each as the pixels of the image in it.
    private static IEnumerable<List<int>> Windows(int row, int column, int rows, int columns)
    {
        for (var top = row - TopHat.Side + 1; top <= row; top++)
        {
            for (var left = column - TopHat.Side + 1; left <= column; left++)
            {
                yield return
                [
                    .. from down in Enumerable.Range(top, TopHat.Side)
                       from across in Enumerable.Range(left, TopHat.Side)
                       where down >= 0 && down < rows && across >= 0 && across < columns
                       select (down * columns) + across,
                ];
            }
        }
    }

    private static List<List<int>> Floods(short[] levels, short[] heights, int rows, int columns, bool flat)
    {
        var (floods, seen) = (new List<List<int>>(), new HashSet<int>());
        for (var first = 0; first < rows * columns; first++)
        {
            if (heights[first] < 40 || !seen.Add(first))
            {
                continue;
            }

            var flood = new List<int> { first };
            for (var next = 0; next < flood.Count; next++)
            {
                flood.AddRange(Around(flood[next], rows, columns).Where(other => heights[other] >= 40 && (!flat || levels[other] == levels[first]) && seen.Add(other)));
            }

            flood.Sort();
            floods.Add(flood);
        }

        return floods;
    }

    private static Zone Described(List<int> flood, short[] levels, short[] heights, int columns)
    {
        var peak = flood.MaxBy(at => heights[at]);
        var runs = flood.Count(at => at % columns == 0 || !flood.Contains(at - 1));
        return new Zone(
            flood.Min(at => at / columns), flood.Min(at => at % columns), flood.Max(at => at / columns), flood.Max(at => at % columns),
            levels[peak], flood.Count, runs, (float)flood.Sum(at => (long)heights[at]) / flood.Count, heights[peak]);
    }

    private static IEnumerable<int> Around(int at, int rows, int columns) =>
        from down in Enumerable.Range((at / columns) - 1, 3)
        from across in Enumerable.Range((at % columns) - 1, 3)
        where down >= 0 && down < rows && across >= 0 && across < columns && (down * columns) + across != at
        select (down * columns) + across;

    private static bool Has(PixelSet set, int row, int column) => (set.Row(row)[column / PixelSet.WordPixels] >> (column % PixelSet.WordPixels) & 1) == 1;

    private static short[] Random(int rows, int columns, int levels)
    {
        var random = new Random((rows * 1000) + columns + levels);
        return [.. Enumerable.Range(0, rows * columns).Select(_ => (short)random.Next(levels))];
    }

    // What is read behind the image must not matter.
    private static short[] Padded(short[] pixels) => [.. pixels, .. Enumerable.Repeat((short)1, PixelSet.WordPixels)];
}
