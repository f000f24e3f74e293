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
internal sealed record ArchiveDraft(
    IReadOnlyDictionary<string, StoredRendition> Renditions, ShardPlan Plan, IReadOnlyDictionary<string, ManifestPart> KnownParts, int NextPart);

/// <summary>The parts of a version's archive, the old ones first, and which objects lie in those that are new.</summary>
internal sealed record PackedArchive(IReadOnlyList<ManifestPart> Parts, IReadOnlyList<ArchivedObjectRow> Packed)
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
        GatewayDb db, string dataset, IReadOnlyList<SampleRow> wanted, VersionRow? latest, CancellationToken cancellationToken)
    {
        var patients = wanted.GroupBy(row => row.ObjectKey, StringComparer.Ordinal).ToDictionary(rows => rows.Key, rows => rows.First().Patient, StringComparer.Ordinal);
        var renditions = (await db.Renditions.AsNoTracking().Where(row => row.Dataset == dataset).ToListAsync(cancellationToken))
            .FindAll(row => patients.ContainsKey(row.ObjectKey));
        var known = latest?.Archive is { } statement
            ? StatementKinds.Archive.Verify(statement, keys.Statement.Public).Value.Parts.ToDictionary(part => part.Id, StringComparer.Ordinal)
            : [];
        var held = (await db.ArchivedObjects.AsNoTracking().Where(row => row.Dataset == dataset).ToListAsync(cancellationToken))
            .GroupBy(row => row.Part, StringComparer.Ordinal).ToList();
        var parts = held.Where(part => known.ContainsKey(part.Key))
            .OrderBy(part => part.Key, StringComparer.Ordinal)
            .Select(part => new KnownShard(part.Key, [.. part.Select(row => (row.ObjectKey, patients.GetValueOrDefault(row.ObjectKey, ""), (string?)null))]))
            .ToList();
        return new(
            renditions.ToDictionary(row => row.ObjectKey, StoredRendition.Of, StringComparer.Ordinal),
            ShardPlan.Of([.. renditions.Select(row => new PlannedSample(row.ObjectKey, patients[row.ObjectKey], null, row.PlaintextBytes))], parts, options.ShardBytes),
            known,
            held.Count);
    }

    public async Task<PackedArchive> PackAsync(string dataset, ArchiveDraft draft, CancellationToken cancellationToken)
    {
        var parts = draft.Plan.Kept.Select(part => draft.KnownParts[part]).ToList();
        var packed = new List<ArchivedObjectRow>();
        foreach (var (objects, index) in draft.Plan.Packed.Select((objects, index) => (objects, index)))
        {
            var part = $"archive-{draft.NextPart + index:00000}";
            parts.Add(await packing.PackAsync(dataset, part, [.. objects.Select(planned => draft.Renditions[planned.Key])], cancellationToken));
            packed.AddRange(objects.Select(planned => new ArchivedObjectRow { Dataset = dataset, Part = part, ObjectKey = planned.Key }));
        }

        return new(parts, packed);
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
