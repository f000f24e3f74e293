using Scanlock.Contracts.Gateway;

namespace Scanlock.Gateway.Datasets.Quality;

/// <summary>Judges one series by what is noted of its slices. Pure.</summary>
internal static class SeriesQuality
{
    public static IReadOnlyList<QualityFinding> Judge(string series, IReadOnlyList<JudgedSlice> slices)
    {
        // Two objects of one SOP instance are a finding of their own; here they would be found again in every way.
        var distinct = slices.DistinctBy(slice => slice.Sop is null ? (object)slice.Address : (slice.Sop, slice.Address.Frame)).ToList();
        return
        [
            .. Whole(series, distinct),
            .. Orientations.In(series, distinct),
            .. GeometryFaults.In(series, distinct),
            .. StackFaults.In(series, distinct),
            .. NumberFaults.In(series, distinct),
            .. ValueFaults.In(series, distinct),
        ];
    }

    private static IEnumerable<QualityFinding> Whole(string series, List<JudgedSlice> slices)
    {
        if (slices.Count < QualityTolerances.ShortSeries)
        {
            yield return Found.In(
                series, QualityCode.ShortSeries, QualitySeverity.Info, slices.Count,
                $"The series has {Found.Slices(slices.Count)}: too few to be a volume.", slices);
        }

        var patients = slices.GroupBy(slice => slice.Patient, StringComparer.Ordinal).OrderByDescending(patient => patient.Count()).ToList();
        if (patients.Count > 1)
        {
            yield return Found.In(
                series, QualityCode.SeveralPatients, QualitySeverity.Error, patients.Count,
                $"The series' slices are of {patients.Count} patients: headers or labels take one patient for several.", patients.Skip(1).SelectMany(patient => patient));
        }
    }
}
