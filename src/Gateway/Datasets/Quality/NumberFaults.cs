using Scanlock.Contracts.Gateway;

namespace Scanlock.Gateway.Datasets.Quality;

/// <summary>The instance numbers of a series' slices.</summary>
internal static class NumberFaults
{
    /// <summary>Most runs of missing numbers a sentence names.</summary>
    private const int MostTold = 5;

    public static IEnumerable<QualityFinding> In(string series, IReadOnlyList<JudgedSlice> slices)
    {
        var numbered = slices.Where(slice => slice.Facts.Slice.SliceIndex is not null).GroupBy(slice => slice.Facts.Slice.SliceIndex!.Value).OrderBy(group => group.Key).ToList();
        var holes = numbered.Zip(numbered.Skip(1)).Where(pair => (long)pair.Second.Key - pair.First.Key > 1).ToList();
        if (holes.Count > 0)
        {
            var missing = holes.Sum(hole => (long)hole.Second.Key - hole.First.Key - 1);
            var runs = holes.Take(MostTold).Select(hole => hole.First.Key + 1 == hole.Second.Key - 1 ? $"{hole.First.Key + 1}" : $"{hole.First.Key + 1} to {hole.Second.Key - 1}");
            yield return Found.In(
                series, QualityCode.MissingNumbers, QualitySeverity.Warning, missing,
                $"{missing} instance {(missing == 1 ? "number is" : "numbers are")} missing between {numbered[0].Key} and {numbered[^1].Key}: "
                + $"{string.Join(", ", runs)}{(holes.Count > MostTold ? $", and {holes.Count - MostTold} more runs" : "")}.",
                holes.Select(hole => hole.Second.First()));
        }

        var repeated = numbered.Where(group => group.Count() > 1).SelectMany(group => group).ToList();
        if (repeated.Count > 0)
        {
            yield return Found.In(
                series, QualityCode.RepeatedNumbers, QualitySeverity.Warning, repeated.Count, $"{Found.Slices(repeated.Count)} share an instance number with another.", repeated);
        }
    }
}
