using Scanlock.Contracts.Gateway;

namespace Scanlock.Gateway.Datasets.Quality;

/// <summary>The orientations of a series' slices.</summary>
internal static class Orientations
{
    /// <summary>More than a series can mean; what fits none of so many is put aside.</summary>
    private const int MostGroups = 16;

    /// <summary>The slices of the orientation that most of them have.</summary>
    public static IReadOnlyList<JudgedSlice> Usual(IReadOnlyList<JudgedSlice> slices) => Groups(slices).MaxBy(group => group.Count) ?? [];

    public static IEnumerable<QualityFinding> In(string series, IReadOnlyList<JudgedSlice> slices)
    {
        var usual = Usual(slices);
        var others = slices.Where(slice => slice.Directions is not null).Except(usual).ToList();
        if (others.Count > 0)
        {
            yield return Found.In(
                series, QualityCode.MixedOrientation, QualitySeverity.Error, others.Count,
                $"{Found.Slices(others.Count)} of the series are turned against the other {usual.Count}: they make no one volume.", others);
        }
    }

    private static List<List<JudgedSlice>> Groups(IReadOnlyList<JudgedSlice> slices)
    {
        var groups = new List<List<JudgedSlice>>();
        foreach (var slice in slices.Where(slice => slice.Directions is not null))
        {
            var group = groups.Find(group => group[0].Directions!.AngleTo(slice.Directions!) <= QualityTolerances.Turn);
            if (group is not null)
            {
                group.Add(slice);
            }
            else if (groups.Count < MostGroups)
            {
                groups.Add([slice]);
            }
        }

        return groups;
    }
}
