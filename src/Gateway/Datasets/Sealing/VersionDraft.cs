using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Signing;
using Scanlock.Gateway.Configuration;
using Scanlock.Gateway.Datasets.Archive;
using Scanlock.Gateway.Datasets.Masks;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Datasets.Sealing;

/// <summary>What goes into a version, fixed at one moment: of each sample its key, its pseudonym and its size, and where it lies is asked again shard by shard.</summary>
/// <param name="KnownShards">The shards of the version before.</param>
/// <param name="NextShard">The number of the first shard that is packed anew.</param>
internal sealed record VersionDraft(
    string Dataset,
    int Version,
    IReadOnlyList<PlannedSample> Samples,
    IReadOnlyList<LabelRow> Labels,
    MaskMatches Masks,
    ShardPlan Plan,
    IReadOnlyDictionary<string, ManifestPart> KnownShards,
    int NextShard,
    ArchiveDraft Archive)
{
    /// <summary>Which sample lies in which of the shards that are packed anew; made as they are asked for.</summary>
    public IEnumerable<ShardSampleRow> PackedRows() => Plan.Packed.SelectMany((samples, index) => samples.Select(sample =>
        new ShardSampleRow { Dataset = Dataset, Part = PartOf(index), Sample = sample.Key, Patient = sample.Patient, Mask = sample.Mask }));

    public string PartOf(int index) => $"shard-{NextShard + index:00000}";
}

/// <summary>Reads from the database what goes into a version, and only those columns that decide it.</summary>
internal sealed class VersionDrafting(ArchiveSealing archives, GatewayKeys keys, DatasetOptions options)
{
    /// <param name="sessions">The upload sessions that are closed, or close with this: no object comes into them any more.</param>
    public async Task<Outcome<VersionDraft>> DraftAsync(
        GatewayDb db, string dataset, IReadOnlyList<string> sessions, bool leaveOutUnlabelled, CancellationToken cancellationToken)
    {
        var held = db.Samples.AsNoTracking().Where(sample => sample.Dataset == dataset && !sample.Quarantined && sessions.Contains(sample.Upload));
        var unlabelled = held.Where(sample => !db.SampleLabels.Any(label => label.Dataset == sample.Dataset && label.Sample == sample.Key));
        if (!leaveOutUnlabelled && await unlabelled.CountAsync(cancellationToken) is > 0 and var count)
        {
            return await UnlabelledAsync(dataset, unlabelled, count, cancellationToken);
        }

        var wanted = held.Where(sample => db.SampleLabels.Any(label => label.Dataset == sample.Dataset && label.Sample == sample.Key));
        var rows = await wanted.Select(sample => new PlannedSample(sample.Key, sample.LabelledPatient ?? sample.Patient, null, sample.PlaintextBytes)).ToListAsync(cancellationToken);
        if (rows.Count == 0)
        {
            return new Refusal.Conflict($"The dataset '{dataset}' has no labelled samples, so there is nothing to seal.");
        }

        // All samples take part in the matching, not only those that are sealed: a mask of one that is left out is none too many.
        var masks = await MaskMatching.MatchAsync(db.Masks.Where(mask => mask.Dataset == dataset && sessions.Contains(mask.Upload)), held, cancellationToken);
        var samples = rows.ConvertAll(sample => masks.BySample.TryGetValue(sample.Key, out var own)
            ? sample with { Mask = own.Fingerprint, Bytes = sample.Bytes + ((long)own.Facts.Rows * own.Facts.Columns) }
            : sample);
        var latest = await db.LatestVersionAsync(dataset, cancellationToken);
        var known = latest is null
            ? []
            : StatementKinds.Manifest.Verify(latest.Manifest, keys.Statement.Public).Value.Shards.ToDictionary(shard => shard.Id, StringComparer.Ordinal);
        return new VersionDraft(
            dataset,
            (latest?.Version ?? 0) + 1,
            samples,
            await LabelsAsync(db, dataset, wanted, cancellationToken),
            masks,
            ShardPlan.Of(samples, await KnownAsync(db, dataset, [.. known.Keys], cancellationToken), options.ShardBytes),
            known,
            await db.ShardSamples.Where(sample => sample.Dataset == dataset).Select(sample => sample.Part).Distinct().CountAsync(cancellationToken),
            await archives.DraftAsync(db, dataset, wanted, latest, cancellationToken));
    }

    private static Task<List<LabelRow>> LabelsAsync(GatewayDb db, string dataset, IQueryable<SampleRow> wanted, CancellationToken cancellationToken) =>
        db.SampleLabels.Where(label => label.Dataset == dataset && wanted.Any(sample => sample.Key == label.Sample))
            .OrderBy(label => label.Sample).ThenBy(label => label.Name)
            .Select(label => new LabelRow(label.Sample, label.Name, label.Value)).ToListAsync(cancellationToken);

    private static async Task<List<KnownShard>> KnownAsync(GatewayDb db, string dataset, IReadOnlyList<string> parts, CancellationToken cancellationToken)
    {
        var held = await db.ShardSamples.Where(sample => sample.Dataset == dataset && parts.Contains(sample.Part))
            .Select(sample => new { sample.Part, sample.Sample, sample.Patient, sample.Mask }).ToListAsync(cancellationToken);
        return
        [
            .. held.GroupBy(sample => sample.Part, StringComparer.Ordinal).OrderBy(shard => shard.Key, StringComparer.Ordinal)
                .Select(shard => new KnownShard(shard.Key, [.. shard.Select(sample => (sample.Sample, sample.Patient, sample.Mask))])),
        ];
    }

    private static async Task<Refusal.Conflict> UnlabelledAsync(string dataset, IQueryable<SampleRow> unlabelled, int count, CancellationToken cancellationToken)
    {
        const int Named = 10;
        var first = await unlabelled.OrderBy(sample => sample.Upload).ThenBy(sample => sample.Ordinal).Take(Named)
            .Select(sample => new { sample.Ordinal, sample.Upload }).ToListAsync(cancellationToken);
        var more = count > Named ? $" and {count - Named} more" : "";
        return new($"{count} of the objects in '{dataset}' have no label: object {string.Join(", ", first.Select(row => $"{row.Ordinal} of upload {row.Upload}"))}{more}. "
            + "Label them, or seal with leave_out_unlabelled.");
    }
}
