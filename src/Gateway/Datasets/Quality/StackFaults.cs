using Scanlock.Contracts.Gateway;

namespace Scanlock.Gateway.Datasets.Quality;

/// <summary>
/// How a series' slices lie in space: (1) each position is projected on the normal of the series' usual orientation; (2) those in one place are
/// told; (3) the steps between the others are compared with their median, and that with the thickness; (4) the line the stack follows is compared
/// with the normal.
/// </summary>
internal static class StackFaults
{
    private const int FewestForMedian = 3;

    public static IEnumerable<QualityFinding> In(string series, IReadOnlyList<JudgedSlice> slices)
    {
        var placed = Orientations.Usual(slices).Where(slice => slice.Position is not null).ToList();
        if (placed.Count == 0)
        {
            return Tilt(series, slices, null);
        }

        var normal = placed[0].Directions!.Normal;
        var stack = placed.Select(slice => (Slice: slice, At: slice.Position!.Value.Dot(normal) / normal.Length)).OrderBy(place => place.At).ToList();
        var apart = new List<(JudgedSlice Slice, double At)>();
        var together = new List<JudgedSlice>();
        foreach (var place in stack)
        {
            if (apart.Count > 0 && place.At - apart[^1].At <= QualityTolerances.SamePlace)
            {
                together.Add(place.Slice);
            }
            else
            {
                apart.Add(place);
            }
        }

        return Together(series, together).Concat(Steps(series, apart)).Concat(Tilt(series, slices, Lean(apart, normal)));
    }

    private static IEnumerable<QualityFinding> Together(string series, List<JudgedSlice> together)
    {
        if (together.Count > 0)
        {
            yield return Found.In(
                series, QualityCode.SamePosition, QualitySeverity.Warning, together.Count,
                $"{Found.Slices(together.Count)} of the series lie where another slice of it lies: two reconstructions, or two scans, under one series.", together);
        }
    }

    private static IEnumerable<QualityFinding> Steps(string series, List<(JudgedSlice Slice, double At)> apart)
    {
        if (apart.Count < FewestForMedian)
        {
            yield break;
        }

        var steps = apart.Zip(apart.Skip(1), (before, after) => (After: after.Slice, Length: after.At - before.At)).ToList();
        var median = steps.Select(step => step.Length).Order().ElementAt((steps.Count - 1) / 2);
        var tolerance = Math.Max(QualityTolerances.StepLeast, median * QualityTolerances.StepShare);
        var longer = steps.FindAll(step => step.Length > median + tolerance);
        var shorter = steps.FindAll(step => step.Length < median - tolerance);
        if (longer.Count > 0)
        {
            yield return Found.In(
                series, QualityCode.Gap, QualitySeverity.Warning, longer.Count,
                $"{longer.Count} of {steps.Count} steps between neighbouring slices are longer than the usual {Found.Millimetres(median)}, the longest "
                + $"{Found.Millimetres(longer.Max(step => step.Length))}: slices may be missing before those named.",
                longer.Select(step => step.After));
        }

        if (shorter.Count > 0)
        {
            yield return Found.In(
                series, QualityCode.Overlap, QualitySeverity.Warning, shorter.Count,
                $"{shorter.Count} of {steps.Count} steps between neighbouring slices are shorter than the usual {Found.Millimetres(median)}, the shortest "
                + $"{Found.Millimetres(shorter.Min(step => step.Length))}: slices of several scans may be mixed.",
                shorter.Select(step => step.After));
        }

        foreach (var finding in AgainstThickness(series, apart, median))
        {
            yield return finding;
        }
    }

    private static IEnumerable<QualityFinding> AgainstThickness(string series, List<(JudgedSlice Slice, double At)> apart, double step)
    {
        var thicknesses = apart.Select(place => place.Slice.Thickness).OfType<double>().Order().ToList();
        if (thicknesses.Count == 0)
        {
            yield break;
        }

        var thickness = thicknesses[(thicknesses.Count - 1) / 2];
        if (step > thickness * (1 + QualityTolerances.ThicknessFit))
        {
            yield return Found.In(
                series, QualityCode.ThinSlices, QualitySeverity.Info, apart.Count,
                $"The slices are {Found.Millimetres(thickness)} thick and {Found.Millimetres(step)} apart: what lies between them is not in the series.", []);
        }
        else if (step < thickness * (1 - QualityTolerances.ThicknessFit))
        {
            yield return Found.In(
                series, QualityCode.ThickSlices, QualitySeverity.Info, apart.Count,
                $"The slices are {Found.Millimetres(thickness)} thick and {Found.Millimetres(step)} apart: neighbours share tissue.", []);
        }
    }

    /// <summary>The angle between the line the slices follow and their normal, degrees; null where two places are not known.</summary>
    private static double? Lean(List<(JudgedSlice Slice, double At)> apart, Vector3D normal) =>
        apart.Count < 2 ? null : (apart[^1].Slice.Position!.Value - apart[0].Slice.Position!.Value).AngleToLine(normal);

    private static IEnumerable<QualityFinding> Tilt(string series, IReadOnlyList<JudgedSlice> slices, double? lean)
    {
        var tilted = slices.Where(slice => Math.Abs(slice.Facts.Measure.GantryTilt ?? 0) > QualityTolerances.Tilt).ToList();
        var leans = lean > QualityTolerances.Tilt;
        if (tilted.Count == 0 && !leans)
        {
            yield break;
        }

        var said = tilted.Count > 0 ? $"The header says that the gantry was tilted by {Math.Abs(tilted[0].Facts.Measure.GantryTilt!.Value):0.#} degrees" : null;
        var seen = leans ? $"the slices are stacked along a line {lean:0.#} degrees off their normal" : "the slices are stacked along their normal";
        var sentence = said is null ? $"T{seen[1..]}: a tilted gantry that the header does not tell, or wrong positions."
            : lean is null ? $"{said}."
            : $"{said}, and {seen}.";
        yield return Found.In(
            series, QualityCode.GantryTilt, QualitySeverity.Warning, tilted.Count > 0 ? tilted.Count : slices.Count, sentence, tilted.Count > 0 ? tilted : slices);
    }
}
