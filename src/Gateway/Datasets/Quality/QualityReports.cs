using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Datasets.Masks;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Datasets.Quality;

/// <summary>
/// Judges a dataset's samples from what the database notes of them: no blob is opened, and only one series is in memory at a time. What is
/// quarantined is counted and not judged.
/// </summary>
internal sealed class QualityReports(IDbContextFactory<GatewayDb> databases)
{
    public async Task<Outcome<QualityReport>> JudgeAsync(string dataset, Person steward, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var found = await db.FindManagedAsync(dataset, steward, cancellationToken);
        if (found.IsRefused)
        {
            return found.Refusal;
        }

        var held = db.Samples.AsNoTracking().Where(sample => sample.Dataset == dataset && !sample.Quarantined);
        var tally = new QualityTally();
        tally.Add(await SameInstanceAsync(held, cancellationToken));
        tally.Add(await SamePixelsAsync(held, cancellationToken));
        tally.Add(await StudiesAsync(held, cancellationToken));
        tally.Add(await LabelsAsync(db, held, cancellationToken));
        tally.Add(Found.Unmatched((await MaskMatching.MatchAsync(db.Masks.Where(mask => mask.Dataset == dataset), held, cancellationToken)).Unmatched));
        var (series, samples, unjudged) = await JudgeSeriesAsync(held, tally, cancellationToken);
        var apart = await db.Quarantine.CountAsync(kept => kept.Dataset == dataset && kept.Decision == null, cancellationToken);
        return new QualityReport(dataset, series, samples, unjudged, apart, tally.Codes, tally.Severities, tally.Gravest);
    }

    private static async Task<(int Series, int Samples, int Unjudged)> JudgeSeriesAsync(
        IQueryable<SampleRow> held, QualityTally tally, CancellationToken cancellationToken)
    {
        var rows = held.OrderBy(sample => sample.Series).ThenBy(sample => sample.StoredAt).ThenBy(sample => sample.Upload).ThenBy(sample => sample.Ordinal).ThenBy(sample => sample.Frame)
            .Select(sample => new Noted(
                sample.Series, new SliceAddress(sample.Upload, sample.Ordinal, sample.Frame), sample.LabelledPatient ?? sample.Patient, sample.SopHash, sample.Facts))
            .AsAsyncEnumerable();
        var (series, samples, unjudged) = (0, 0, 0);
        var (name, slices) = ("", new List<JudgedSlice>());
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            if (row.Series != name)
            {
                tally.Add(slices.Count > 0 ? SeriesQuality.Judge(name, slices) : []);
                (name, slices) = (row.Series, []);
                series++;
            }

            samples++;
            if (row.Facts is { } facts)
            {
                slices.Add(new(row.Address, row.Patient, row.Sop, Json.Facts(facts)));
            }
            else
            {
                unjudged++;
            }
        }

        tally.Add(slices.Count > 0 ? SeriesQuality.Judge(name, slices) : []);
        return (series, samples, unjudged);
    }

    private static async Task<List<QualityFinding>> SameInstanceAsync(IQueryable<SampleRow> held, CancellationToken cancellationToken)
    {
        // Asked first: as part of the next question it would be answered anew for every row.
        var shared = await held.Where(sample => sample.SopHash != null).GroupBy(sample => sample.SopHash)
            .Where(group => group.Select(sample => sample.ObjectKey).Distinct().Count() > 1).Select(group => group.Key).ToListAsync(cancellationToken);
        return [.. Duplicates.SameInstance((await DoublesAsync(held.Where(sample => shared.Contains(sample.SopHash)), cancellationToken)).Select(row => row.Sample))];
    }

    /// <summary>Constant pictures are all alike; they are another finding.</summary>
    private static async Task<List<QualityFinding>> SamePixelsAsync(IQueryable<SampleRow> held, CancellationToken cancellationToken)
    {
        var shared = await held.Where(sample => sample.Pixels != null).GroupBy(sample => sample.Pixels).Where(group => group.Count() > 1).Select(group => group.Key)
            .ToListAsync(cancellationToken);
        var rows = await DoublesAsync(held.Where(sample => shared.Contains(sample.Pixels)), cancellationToken);
        return [.. Duplicates.SamePixels(rows.Where(row => row.Facts is null || Json.Facts(row.Facts).Measure is var measure && measure.Lowest < measure.Highest).Select(row => row.Sample))];
    }

    private static async Task<List<(PossibleDouble Sample, string? Facts)>> DoublesAsync(IQueryable<SampleRow> rows, CancellationToken cancellationToken) =>
        (await rows.OrderBy(sample => sample.StoredAt).ThenBy(sample => sample.Upload).ThenBy(sample => sample.Ordinal).ThenBy(sample => sample.Frame).ToListAsync(cancellationToken))
        .ConvertAll(row => (
            new PossibleDouble(new(row.Upload, row.Ordinal, row.Frame), row.Series, row.EffectivePatient, row.SopHash, row.ObjectKey, row.Pixels), row.Facts));

    private static async Task<List<QualityFinding>> StudiesAsync(IQueryable<SampleRow> held, CancellationToken cancellationToken)
    {
        var patients = await held.Where(sample => sample.StudyHash != null).GroupBy(sample => sample.LabelledPatient ?? sample.Patient)
            .Select(group => new { Patient = group.Key, Studies = group.Select(sample => sample.StudyHash).Distinct().Count() })
            .Where(patient => patient.Studies > 1).ToListAsync(cancellationToken);
        return patients.ConvertAll(patient => Found.Of(
            patient.Patient, QualityCode.SeveralStudies, QualitySeverity.Info, patient.Studies, $"The patient has {patient.Studies} studies."));
    }

    private static async Task<List<QualityFinding>> LabelsAsync(GatewayDb db, IQueryable<SampleRow> held, CancellationToken cancellationToken)
    {
        var mixed = await held
            .Join(db.SampleLabels, sample => new { sample.Dataset, Sample = sample.Key }, label => new { label.Dataset, label.Sample }, (sample, label) => new
            {
                Patient = sample.LabelledPatient ?? sample.Patient, label.Name, label.Value,
            })
            .GroupBy(label => new { label.Patient, label.Name })
            .Select(group => new { group.Key.Patient, group.Key.Name, Values = group.Select(label => label.Value).Distinct().Count() })
            .Where(label => label.Values > 1).ToListAsync(cancellationToken);
        return mixed.ConvertAll(label => Found.Of(
            label.Patient, QualityCode.MixedLabels, QualitySeverity.Info, label.Values, $"The patient's samples have {label.Values} different values of '{label.Name}'."));
    }

    private sealed record Noted(string Series, SliceAddress Address, string Patient, string? Sop, string? Facts);
}
