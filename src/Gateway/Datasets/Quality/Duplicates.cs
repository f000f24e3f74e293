using Scanlock.Contracts.Gateway;

namespace Scanlock.Gateway.Datasets.Quality;

/// <summary>A sample that may be another's double.</summary>
/// <param name="Sop">Keyed hash of its SOP instance UID.</param>
/// <param name="Object">Keyed hash of its object's bytes.</param>
/// <param name="Pixels">Keyed hash of its pixels.</param>
internal sealed record PossibleDouble(SliceAddress Address, string Series, string Patient, string? Sop, string Object, string? Pixels);

/// <summary>Samples that are there twice, within a series or across them. Pure; the rows come in the order they were stored.</summary>
internal static class Duplicates
{
    /// <summary>Objects that bear the UID of one SOP instance and differ in their bytes, by the series of the later one.</summary>
    public static IEnumerable<QualityFinding> SameInstance(IEnumerable<PossibleDouble> rows)
    {
        var later = rows.Where(row => row.Sop is not null).GroupBy(row => row.Sop, StringComparer.Ordinal)
            .SelectMany(instance => instance.DistinctBy(row => row.Object, StringComparer.Ordinal).Skip(1));
        return later.GroupBy(row => row.Series, StringComparer.Ordinal).Select(series => Finding(
            series, QualityCode.SameInstance, QualitySeverity.Warning, $"{Objects(series.Count())} of the series bear the UID of another, with other bytes: one of the two is a changed copy."));
    }

    /// <summary>Slices with the same pixels and another SOP instance UID, by the series of the later one and that of the first.</summary>
    public static IEnumerable<QualityFinding> SamePixels(IEnumerable<PossibleDouble> rows)
    {
        var pairs = rows.Where(row => row.Pixels is not null).GroupBy(row => row.Pixels, StringComparer.Ordinal)
            .Select(same => same.DistinctBy(row => row.Sop is null ? (object)row.Address : (row.Sop, row.Address.Frame)).ToList())
            .SelectMany(same => same.Skip(1).Select(row => (First: same[0], Later: row)));
        foreach (var pair in pairs.GroupBy(pair => (pair.Later.Series, First: pair.First.Series, OfOthers: pair.Later.Patient != pair.First.Patient)))
        {
            var count = pair.Count();
            var whose = pair.Key.Series == pair.Key.First ? "of another slice of the series" : $"of slices of series {pair.Key.First}";
            yield return Finding(
                pair.Select(twin => twin.Later), QualityCode.SamePixels, pair.Key.OfOthers ? QualitySeverity.Error : QualitySeverity.Warning,
                $"{Found.Slices(count)} of the series {(count == 1 ? "has" : "have")} the very pixels {whose}{(pair.Key.OfOthers ? ", which is another patient's: one of the two is wrong" : "")}.");
        }
    }

    private static QualityFinding Finding(IEnumerable<PossibleDouble> rows, QualityCode code, QualitySeverity severity, string sentence)
    {
        var found = rows.ToList();
        return new(code, severity, found[0].Series, null, found.Count, sentence, [.. found.Take(QualityFinding.MaxSlices).Select(row => row.Address)]);
    }

    private static string Objects(int count) => count == 1 ? "1 object" : $"{count} objects";
}
