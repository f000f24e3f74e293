using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts.Intake;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Datasets.Masks;

/// <summary>Which masks go with which samples.</summary>
/// <param name="BySample">
/// By the sample's key its masks. None in the list where others of its series were marked and it was not: it shows nothing, which is worth
/// learning from. A sample that nobody looked at is not here.
/// </param>
/// <param name="Unmatched">The masks that go with no sample.</param>
internal sealed record MaskMatches(IReadOnlyDictionary<string, SampleMasks> BySample, IReadOnlyList<MaskRow> Unmatched)
{
    internal static MaskMatches None { get; } = new(new Dictionary<string, SampleMasks>(StringComparer.Ordinal), []);
}

/// <summary>
/// Finds for each mask the samples it is of: (1) those of the image it names, or of the volume or series it is of; (2) of these, where the image
/// is not named, the ones that lie where it lies; (3) of these, the ones it fits: a bitmap has the same matrix in the same place.
/// </summary>
internal sealed class MaskMatching
{
    /// <summary>How far apart two slices may be, mm, that are in the same place: coordinates were rounded on their way.</summary>
    private const double SamePlace = 0.1;

    private const double SameDirection = 0.01;

    private readonly ILookup<string, Slice> bySop;
    private readonly ILookup<string, Slice> bySeries;
    private readonly ILookup<string, Slice> byObject;
    private readonly Dictionary<string, double> reaches = new(StringComparer.Ordinal);

    private MaskMatching(List<Slice> slices)
    {
        bySop = slices.Where(slice => slice.SopHash is not null).ToLookup(slice => slice.SopHash!, StringComparer.Ordinal);
        bySeries = slices.ToLookup(slice => slice.SeriesHash, StringComparer.Ordinal);
        byObject = slices.ToLookup(slice => slice.ObjectKey, StringComparer.Ordinal);
    }

    internal static async Task<MaskMatches> MatchAsync(IQueryable<MaskRow> masks, IQueryable<SampleRow> samples, CancellationToken cancellationToken)
    {
        var held = await masks.AsNoTracking().ToListAsync(cancellationToken);
        if (held.Count == 0)
        {
            return MaskMatches.None;
        }

        var rows = samples.Where(sample => sample.Facts != null)
            .Select(sample => new { sample.Key, sample.ObjectKey, sample.Frame, sample.SopHash, sample.SeriesHash, sample.Facts }).AsAsyncEnumerable();
        var slices = new List<Slice>();
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            slices.Add(new(row.Key, row.ObjectKey, row.Frame, row.SopHash, row.SeriesHash, Json.Facts(row.Facts!)));
        }

        return Match(slices, held);
    }

    private static MaskMatches Match(List<Slice> samples, List<MaskRow> masks)
    {
        var matching = new MaskMatching(samples);
        var found = new Dictionary<string, (SampleFacts Facts, List<MaskRow> Masks)>(StringComparer.Ordinal);
        var (named, placed) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var unmatched = new List<MaskRow>();
        foreach (var mask in masks)
        {
            var slices = matching.SlicesOf(mask);
            if (slices.Count == 0)
            {
                unmatched.Add(mask);
            }

            foreach (var slice in slices)
            {
                (mask.SopHash is null ? placed : named).Add(slice.SeriesHash);
                (found.TryGetValue(slice.Key, out var known) ? known : found[slice.Key] = (slice.Facts, [])).Masks.Add(mask);
            }
        }

        // Of a slice that does not say where it lies, masks that only say that cannot say that it shows nothing.
        var looked = named.SelectMany(series => matching.bySeries[series])
            .Concat(placed.SelectMany(series => matching.bySeries[series]).Where(slice => slice.Geometry is not null));
        foreach (var slice in looked)
        {
            found.TryAdd(slice.Key, (slice.Facts, []));
        }

        return new(found.ToDictionary(entry => entry.Key, entry => new SampleMasks(entry.Value.Facts, entry.Value.Masks), StringComparer.Ordinal), unmatched);
    }

    private List<Slice> SlicesOf(MaskRow mask)
    {
        var facts = Json.Masks(mask.Facts);
        var slices = mask switch
        {
            { Volume: { } volume } => Nearest([.. byObject[volume]], facts),
            { SopHash: { } sop } => [.. bySop[sop].Where(slice => mask.Frame is null || slice.Frame == mask.Frame)],
            { SeriesHash: { } series } => Nearest([.. bySeries[series]], facts),
            _ => [],
        };
        return slices.FindAll(slice => Fits(facts, slice));
    }

    private static bool Fits(MaskFacts mask, Slice slice) => mask.Form switch
    {
        MaskForm.Contours => slice.Geometry is not null,
        MaskForm.Bitmap => mask.Rows == slice.Facts.Rows && mask.Columns == slice.Facts.Columns
            && Agree(mask.Position, slice.Facts.Slice.Position, SamePlace) && Agree(mask.Orientation, slice.Facts.Slice.Orientation, SameDirection),
        _ => throw new InvalidOperationException("No such form."),
    };

    private static bool Agree(IReadOnlyList<double>? one, IReadOnlyList<double>? other, double tolerance) =>
        one is null || other is null || one.Zip(other).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance);

    /// <summary>The slices closest to where a mask lies, if it lies closer to them than to where the next one would be.</summary>
    private List<Slice> Nearest(List<Slice> slices, MaskFacts mask)
    {
        if (mask.Position is not [var x, var y, var z])
        {
            return [];
        }

        var away = slices.Where(slice => slice.Geometry is not null)
            .Select(slice => (Slice: slice, Distance: Math.Abs(slice.Geometry!.Across(new MaskPoint(x, y, z)) - slice.Geometry.Depth))).ToList();
        if (away.Count == 0)
        {
            return [];
        }

        var closest = away.Min(slice => slice.Distance);
        return closest <= Reach(slices)
            ? [.. away.Where(slice => slice.Distance <= closest + (SamePlace / 10)).Select(slice => slice.Slice)]
            : [];
    }

    /// <summary>Half the usual distance from slice to slice of a series; of a single one half its thickness.</summary>
    private double Reach(List<Slice> slices)
    {
        var series = slices[0].SeriesHash;
        if (!reaches.TryGetValue(series, out var reach))
        {
            var placed = slices.Where(slice => slice.Geometry is not null).Select(slice => slice.Geometry!).ToList();
            var depths = placed.Select(slice => slice.Depth).Order().ToList();
            var gaps = depths.Zip(depths.Skip(1), (one, next) => next - one).Where(gap => gap > SamePlace).Order().ToList();
            reaches[series] = reach = Math.Max(SamePlace, (gaps.Count > 0 ? gaps[gaps.Count / 2] : placed[0].Thickness) / 2);
        }

        return reach;
    }

    /// <summary>A sample as masks find it.</summary>
    private sealed record Slice(string Key, string ObjectKey, int Frame, string? SopHash, string SeriesHash, SampleFacts Facts)
    {
        internal SliceGeometry? Geometry { get; } = SliceGeometry.TryRead(Facts.Slice, out var geometry) ? geometry : null;
    }
}
