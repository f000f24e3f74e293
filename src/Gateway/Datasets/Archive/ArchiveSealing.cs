using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Gateway.Configuration;
using Scanlock.Gateway.Datasets.Sealing;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Datasets.Archive;

/// <summary>What is archived of a version in the making, fixed at one moment.</summary>
/// <param name="KnownParts">The parts of the archive of the version before.</param>
/// <param name="NextPart">The number of the first part that is packed anew.</param>
internal sealed record ArchiveDraft(ShardPlan Plan, IReadOnlyDictionary<string, ManifestPart> KnownParts, int NextPart)
{
    /// <summary>Which object lies in which of the parts that are packed anew; made as they are asked for.</summary>
    public IEnumerable<ArchivedObjectRow> PackedRows(string dataset) => Plan.Packed.SelectMany((objects, index) => objects.Select(planned =>
        new ArchivedObjectRow { Dataset = dataset, Part = PartOf(index), ObjectKey = planned.Key }));

    public string PartOf(int index) => $"archive-{NextPart + index:00000}";
}

/// <summary>The parts of a version's archive, the old ones first.</summary>
internal sealed record PackedArchive(IReadOnlyList<ManifestPart> Parts)
{
    public long Objects => Parts.Sum(part => (long)part.Samples);
}

/// <summary>
/// Seals the archive of a version, where its objects have renditions: parts like shards, and a signed statement beside the manifest. The
/// statement is of a kind of its own and the manifest does not name the parts, so no permit and no key release can be for them.
/// </summary>
internal sealed class ArchiveSealing(ArchivePacking packing, GatewayKeys keys, DatasetOptions options)
{
    /// <param name="wanted">The samples that the version holds: of their objects, those with a rendition are archived.</param>
    public async Task<ArchiveDraft> DraftAsync(
        GatewayDb db, string dataset, IQueryable<SampleRow> wanted, VersionRow? latest, CancellationToken cancellationToken)
    {
        // No patient: a rendition bears the pseudonym of its own header, whatever labels say.
        var renditions = await db.Renditions.Where(row => row.Dataset == dataset && wanted.Any(sample => sample.ObjectKey == row.ObjectKey))
            .Select(row => new PlannedSample(row.ObjectKey, "", null, row.PlaintextBytes)).ToListAsync(cancellationToken);
        var known = latest?.Archive is { } statement
            ? StatementKinds.Archive.Verify(statement, keys.Statement.Public).Value.Parts.ToDictionary(part => part.Id, StringComparer.Ordinal)
            : [];
        IReadOnlyList<string> names = [.. known.Keys];
        var held = await db.ArchivedObjects.Where(row => row.Dataset == dataset && names.Contains(row.Part))
            .Select(row => new { row.Part, row.ObjectKey }).ToListAsync(cancellationToken);
        var parts = held.GroupBy(row => row.Part, StringComparer.Ordinal).OrderBy(part => part.Key, StringComparer.Ordinal)
            .Select(part => new KnownShard(part.Key, [.. part.Select(row => (row.ObjectKey, "", (string?)null))]))
            .ToList();
        return new(
            ShardPlan.Of(renditions, parts, options.ShardBytes),
            known,
            await db.ArchivedObjects.Where(row => row.Dataset == dataset).Select(row => row.Part).Distinct().CountAsync(cancellationToken));
    }

    public async Task<PackedArchive> PackAsync(string dataset, ArchiveDraft draft, CancellationToken cancellationToken)
    {
        var parts = draft.Plan.Kept.Select(part => draft.KnownParts[part]).ToList();
        foreach (var (index, objects) in draft.Plan.Packed.Index())
        {
            parts.Add(await packing.PackAsync(dataset, draft.PartOf(index), objects, cancellationToken));
        }

        return new(parts);
    }

    /// <summary>Null where nothing is archived.</summary>
    public Statement<DatasetArchive>? Sign(PackedArchive archive, Statement<DatasetManifest> manifest) => archive.Parts.Count == 0
        ? null
        : StatementKinds.Archive.Sign(
            new(Wire.Version, keys.Statement.Public.Id, manifest.Value.Dataset, manifest.Value.Version, manifest.Digest, archive.Parts), keys.Statement);
}

/// <summary>A stored rendition: where it lies, and what must be true of it.</summary>
internal sealed record StoredRendition(string ObjectKey, string Blob, SealedPart File, long PlaintextBytes)
{
    public static StoredRendition Of(RenditionRow row) =>
        new(row.ObjectKey, row.Blob, new SealedPart(Sha256Digest.Parse(row.Ciphertext), row.CiphertextBytes), row.PlaintextBytes);
}
