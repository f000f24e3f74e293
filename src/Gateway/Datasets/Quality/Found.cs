using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Datasets.Masks;

namespace Scanlock.Gateway.Datasets.Quality;

/// <summary>Makes findings: every sentence here holds numbers and pseudonyms only.</summary>
internal static class Found
{
    public static QualityFinding In(
        string series, QualityCode code, QualitySeverity severity, long count, string sentence, IEnumerable<JudgedSlice> slices) =>
        new(code, severity, series, null, (int)Math.Min(count, int.MaxValue), sentence, [.. slices.Take(QualityFinding.MaxSlices).Select(slice => slice.Address)]);

    public static QualityFinding Of(string patient, QualityCode code, QualitySeverity severity, int count, string sentence) =>
        new(code, severity, null, patient, count, sentence, []);

    /// <summary>Masks that go with no sample, named by the objects they came in.</summary>
    public static IEnumerable<QualityFinding> Unmatched(IReadOnlyList<MaskRow> masks)
    {
        if (masks.Count > 0)
        {
            var objects = masks.Select(mask => new SliceAddress(mask.Upload, mask.Ordinal, 0)).Distinct()
                .OrderBy(address => address.Upload, StringComparer.Ordinal).ThenBy(address => address.Ordinal).ToList();
            yield return new(
                QualityCode.UnmatchedMasks, QualitySeverity.Warning, null, null, masks.Count,
                $"{(masks.Count == 1 ? "1 mask goes" : $"{masks.Count} masks go")} with no slice that is held and would not be sealed: what {(masks.Count == 1 ? "it marks" : "they mark")} was not sent, or lies elsewhere.",
                [.. objects.Take(QualityFinding.MaxSlices)]);
        }
    }

    /// <summary>"1 slice", "2 slices".</summary>
    public static string Slices(int count) => count == 1 ? "1 slice" : $"{count} slices";

    public static string Millimetres(double value) => $"{value:0.##} mm";
}
