using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;
using Scanlock.Trainer.Data;

namespace Scanlock.Trainer.Preparing;

/// <summary>What was decided on a slice.</summary>
internal enum SliceVerdict
{
    Kept,
    Constant,
    NotAxial,
    NoLung,
    SmallArea,
    LowRatio,
    FewSlices,
}

/// <param name="Order">Where the slice stands in its series, mm along the series' normal or the slice's number; ties go by key.</param>
/// <param name="Box">What is cut out of it.</param>
internal sealed record SurveyedSlice(
    string Key, string Patient, string Series, double Order, int Rows, int Columns, Box Box, bool HasMask, SliceVerdict Verdict);

/// <summary>
/// The first of two readings of the shards: which slices are kept, and why the others are not. It holds a few numbers of each slice
/// and no pixels, so the second reading knows where everything goes and can write as it reads.
/// </summary>
/// <param name="Slices">All of the dataset, by key.</param>
internal sealed record Survey(IReadOnlyList<SurveyedSlice> Slices, PreparationReport Report)
{
    internal static async Task<Result<Survey>> RunAsync(
        ShardFolder shards, PreparationParameters parameters, CancellationToken cancellationToken)
    {
        var seen = new ConcurrentBag<SurveyedSlice>();
        if (await shards.ForEachAsync<Survey>(sample => seen.Add(Look(sample, parameters.Lung)), cancellationToken) is { } refused)
        {
            return refused;
        }

        if (seen.IsEmpty)
        {
            return new Result<Survey>.Refused(JobFailures.BadData, "the dataset is empty: there is no sample in any shard");
        }

        var survey = Of([.. seen.OrderBy(s => s.Key, StringComparer.Ordinal)], parameters.Lung?.MinSlices ?? 1);
        return survey.Report.Kept > 0
            ? new Result<Survey>.Ok(survey)
            : new Result<Survey>.Refused(JobFailures.BadData, $"preparation: nothing is left of {survey.Report.Sentence()}");
    }

    /// <summary>Drops what is left of patients with fewer than <paramref name="minSlices"/> slices, and counts.</summary>
    internal static Survey Of(IReadOnlyList<SurveyedSlice> slices, int minSlices)
    {
        var kept = slices.GroupBy(s => s.Patient, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Count(s => s.Verdict == SliceVerdict.Kept), StringComparer.Ordinal);
        SurveyedSlice[] judged =
        [
            .. slices.Select(s => s.Verdict == SliceVerdict.Kept && kept[s.Patient] < minSlices ? s with { Verdict = SliceVerdict.FewSlices } : s),
        ];
        var counts = judged.CountBy(s => s.Verdict).ToDictionary();
        return new Survey(judged, new PreparationReport(
            judged.Length, Count(SliceVerdict.Kept), Count(SliceVerdict.Constant), Count(SliceVerdict.NotAxial), Count(SliceVerdict.NoLung),
            Count(SliceVerdict.SmallArea), Count(SliceVerdict.LowRatio), Count(SliceVerdict.FewSlices),
            kept.Count(p => p.Value < Math.Max(1, minSlices))));

        int Count(SliceVerdict verdict) => counts.GetValueOrDefault(verdict);
    }

    private static SurveyedSlice Look(ShardSample sample, LungCriteria? lung)
    {
        var (record, image) = (sample.Record, sample.Image);
        var (verdict, box) = Judge(image, record, lung);
        return new SurveyedSlice(
            sample.Key, record.Patient, record.Series, SliceGeometry.Order(record), image.Rows, image.Columns, box, sample.Mask is not null, verdict);
    }

    private static (SliceVerdict Verdict, Box Box) Judge(NpyImage image, SampleRecord record, LungCriteria? lung)
    {
        var units = MemoryMarshal.Cast<byte, short>(image.Data.Span);
        var whole = new Box(0, 0, image.Rows, image.Columns);
        if (!units.ContainsAnyExcept(units[0]))
        {
            return (SliceVerdict.Constant, whole);
        }

        if (lung is null)
        {
            return (SliceVerdict.Kept, whole);
        }

        return SliceGeometry.IsAxialOriginal(record)
            ? lung.Judge(LungMask.Of(units, image.Rows, image.Columns))
            : (SliceVerdict.NotAxial, whole);
    }
}
