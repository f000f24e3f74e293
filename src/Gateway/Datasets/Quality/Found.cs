using Scanlock.Contracts.Gateway;

namespace Scanlock.Gateway.Datasets.Quality;

/// <summary>Makes findings: every sentence here holds numbers and pseudonyms only.</summary>
internal static class Found
{
    public static QualityFinding In(
        string series, QualityCode code, QualitySeverity severity, long count, string sentence, IEnumerable<JudgedSlice> slices) =>
        new(code, severity, series, null, (int)Math.Min(count, int.MaxValue), sentence, [.. slices.Take(QualityFinding.MaxSlices).Select(slice => slice.Address)]);

    public static QualityFinding Of(string patient, QualityCode code, QualitySeverity severity, int count, string sentence) =>
        new(code, severity, null, patient, count, sentence, []);

    /// <summary>"1 slice", "2 slices".</summary>
    public static string Slices(int count) => count == 1 ? "1 slice" : $"{count} slices";

    public static string Millimetres(double value) => $"{value:0.##} mm";
}
