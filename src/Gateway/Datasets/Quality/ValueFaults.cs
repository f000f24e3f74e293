using Scanlock.Contracts.Gateway;

namespace Scanlock.Gateway.Datasets.Quality;

/// <summary>Values that cannot be Hounsfield units of a chest, and how they were made from what is stored.</summary>
internal static class ValueFaults
{
    public static IEnumerable<QualityFinding> In(string series, IReadOnlyList<JudgedSlice> slices)
    {
        var constant = slices.Where(slice => slice.IsConstant).ToList();
        if (constant.Count > 0)
        {
            yield return Found.In(
                series, QualityCode.ConstantImage, QualitySeverity.Warning, constant.Count, $"{Found.Slices(constant.Count)} have one value in all their pixels.", constant);
        }

        if (MixedRescale(series, slices) is { } mixed)
        {
            yield return mixed;
        }

        foreach (var group in slices.Where(slice => !slice.IsConstant).GroupBy(FaultOf).Where(group => group.Key is not null).OrderBy(group => group.Key))
        {
            var found = group.ToList();
            yield return Found.In(series, group.Key!.Value, QualitySeverity.Error, found.Count, SentenceOf(group.Key.Value, found), found);
        }
    }

    /// <summary>The first that is wrong: a missing intercept is also why there is no air.</summary>
    private static QualityCode? FaultOf(JudgedSlice slice) => slice.Facts.Measure switch
    {
        { Lowest: short.MinValue } or { Highest: short.MaxValue } => QualityCode.Clipped,
        { RescaleIntercept: >= 0, Lowest: >= 0 } => QualityCode.NoIntercept,
        { Lowest: > QualityTolerances.HighestAir } => QualityCode.NoAir,
        { Highest: < QualityTolerances.LowestBone } => QualityCode.NoBone,
        _ => null,
    };

    private static string SentenceOf(QualityCode code, List<JudgedSlice> slices) => code switch
    {
        QualityCode.Clipped => $"{Found.Slices(slices.Count)} reach the end of what 16 bits hold: slope or intercept are wrong.",
        QualityCode.NoIntercept =>
            $"{Found.Slices(slices.Count)} have an intercept of 0 or more and no value below 0: the values are not Hounsfield units, where air is -1000.",
        QualityCode.NoAir =>
            $"{Found.Slices(slices.Count)} have no value below {QualityTolerances.HighestAir} HU, the lowest {slices.Min(slice => slice.Facts.Measure.Lowest)}: a chest holds air, so slope or intercept are wrong.",
        QualityCode.NoBone =>
            $"{Found.Slices(slices.Count)} have no value above {QualityTolerances.LowestBone} HU, the highest {slices.Max(slice => slice.Facts.Measure.Highest)}: a chest holds bone, so slope or intercept are wrong.",
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "No fault of values."),
    };

    private static QualityFinding? MixedRescale(string series, IReadOnlyList<JudgedSlice> slices)
    {
        var ways = slices.GroupBy(slice => (slice.Facts.Measure.RescaleSlope, slice.Facts.Measure.RescaleIntercept)).OrderByDescending(way => way.Count()).ToList();
        if (ways.Count < 2)
        {
            return null;
        }

        var others = ways.Skip(1).SelectMany(way => way).ToList();
        var (usual, other) = (ways[0].Key, ways[1].Key);
        return Found.In(
            series, QualityCode.MixedRescale, QualitySeverity.Warning, others.Count,
            $"{Found.Slices(others.Count)} of the series are rescaled by {other.RescaleSlope:0.####} and {other.RescaleIntercept:0.####}, or others, "
            + $"where most are by {usual.RescaleSlope:0.####} and {usual.RescaleIntercept:0.####}.",
            others);
    }
}
