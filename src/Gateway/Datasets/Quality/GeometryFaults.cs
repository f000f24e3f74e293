using Scanlock.Contracts.Gateway;

namespace Scanlock.Gateway.Datasets.Quality;

/// <summary>What slices of a series lack of geometry, or say otherwise than the rest: matrix, spacing, thickness.</summary>
internal static class GeometryFaults
{
    public static IEnumerable<QualityFinding> In(string series, IReadOnlyList<JudgedSlice> slices) =>
    [
        .. Lacking(series, slices, QualityCode.NoPosition, slice => slice.Position is null, "say not where they lie, or nothing that can be"),
        .. Lacking(series, slices, QualityCode.NoOrientation, slice => slice.Directions is null, "say not how they are turned, or nothing that can be"),
        .. Lacking(series, slices, QualityCode.NoSpacing, slice => slice.PixelSpacing is null, "say not how large their pixels are"),
        .. Mixed<(int Rows, int Columns)>(
            series, slices, QualityCode.MixedMatrix, QualitySeverity.Warning, slice => (slice.Facts.Rows, slice.Facts.Columns), (left, right) => left == right,
            size => $"{size.Rows} x {size.Columns} pixels"),
        .. Mixed(
            series, slices, QualityCode.MixedSpacing, QualitySeverity.Error, slice => slice.PixelSpacing,
            (left, right) => Alike(left.Rows, right.Rows, QualityTolerances.SpacingShare) && Alike(left.Columns, right.Columns, QualityTolerances.SpacingShare),
            spacing => $"pixels of {spacing.Rows:0.####} x {spacing.Columns:0.####} mm"),
        .. Mixed(
            series, slices, QualityCode.MixedThickness, QualitySeverity.Warning, slice => slice.Thickness,
            (left, right) => Alike(left, right, QualityTolerances.ThicknessShare), thickness => $"a thickness of {Found.Millimetres(thickness)}"),
    ];

    private static IEnumerable<QualityFinding> Lacking(
        string series, IReadOnlyList<JudgedSlice> slices, QualityCode code, Func<JudgedSlice, bool> isLacking, string what)
    {
        var lacking = slices.Where(isLacking).ToList();
        if (lacking.Count > 0)
        {
            yield return Found.In(series, code, QualitySeverity.Warning, lacking.Count, $"{lacking.Count} of {Found.Slices(slices.Count)} {what}.", lacking);
        }
    }

    /// <summary>Those that differ from the value most slices have.</summary>
    private static IEnumerable<QualityFinding> Mixed<T>(
        string series, IReadOnlyList<JudgedSlice> slices, QualityCode code, QualitySeverity severity, Func<JudgedSlice, T?> valueOf, Func<T, T, bool> areAlike, Func<T, string> say)
        where T : struct
    {
        var saying = slices.Where(slice => valueOf(slice) is not null).ToList();
        if (saying.Count == 0)
        {
            yield break;
        }

        var usual = valueOf(saying.GroupBy(slice => valueOf(slice)!.Value).MaxBy(group => group.Count())!.First())!.Value;
        var others = saying.FindAll(slice => !areAlike(valueOf(slice)!.Value, usual));
        if (others.Count > 0)
        {
            yield return Found.In(
                series, code, severity, others.Count,
                $"{Found.Slices(others.Count)} of the series have {say(valueOf(others[0])!.Value)}, or others, where most have {say(usual)}.", others);
        }
    }

    private static bool Alike(double left, double right, double share) => Math.Abs(left - right) <= Math.Max(left, right) * share;
}
