using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Configuration;
using Scanlock.Gateway.Datasets.Archive;
using Scanlock.Gateway.Datasets.Masks;
using Scanlock.Gateway.Datasets.Uploads;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets.Sealing;

/// <summary>
/// Seals a version in three steps: (1) fixes what goes into it, and refuses where something is missing; (2) packs the shards that no
/// earlier version has, the label table, and the archive where there is one, all ciphertext, which nobody can see yet; (3) logs and records the signed manifest, which
/// makes it a version. A crash before (3) leaves parts that the next sealing writes over.
/// </summary>
internal sealed class DatasetSealing(
    AuditedActs acts,
    Alterations alterations,
    UploadSessions uploads,
    RollingSessions rolling,
    SealingTurns turns,
    ShardPacking packing,
    ArchiveSealing archives,
    Withdrawal withdrawal,
    GatewayKeys keys,
    DatasetOptions options,
    TimeProvider time)
{
    public async Task<Outcome<SealedVersion>> SealAsync(string name, SealVersion asked, Person steward, CancellationToken cancellationToken)
    {
        var attempt = Attempt.At(Acts.DatasetSeal, Actors.Of(steward), ("dataset", name));
        using var turn = await turns.TakeAsync(name, cancellationToken);
        if (!await rolling.RunDryAsync(name, token: null, cancellationToken))
        {
            return await acts.RefuseAsync<SealedVersion>(
                attempt, new Refusal.Conflict($"Objects are still on their way into '{name}'; try again when they have come."), cancellationToken);
        }

        var draft = await acts.PerformAsync(attempt, (db, token) => DraftAsync(db, name, asked, steward, token), cancellationToken);
        return draft.IsRefused ? draft.Refusal : await PackAndRecordAsync(draft.Value, attempt, steward, cancellationToken);
    }

    /// <summary>However the work ends: if the dataset was withdrawn meanwhile, what was packed of it is destroyed too.</summary>
    private async Task<Outcome<SealedVersion>> PackAndRecordAsync(Draft draft, Attempt attempt, Person steward, CancellationToken cancellationToken)
    {
        try
        {
            var packed = await PackAsync(draft, cancellationToken);
            return await acts.PerformAsync(attempt, (db, token) => RecordAsync(db, draft, packed, steward, token), cancellationToken);
        }
        catch (BlobAlteredException e)
        {
            await alterations.ReportAsync(e.Part, null, ("dataset", draft.Dataset));
            throw;
        }
        finally
        {
            await withdrawal.DestroyIfWithdrawnAsync(draft.Dataset, CancellationToken.None);
        }
    }

    /// <summary>What goes into the version, fixed at one moment.</summary>
    private sealed record Draft(
        string Dataset,
        int Version,
        IReadOnlyDictionary<string, StoredSample> Samples,
        IReadOnlyList<LabelRow> Labels,
        MaskMatches Masks,
        ShardPlan Plan,
        IReadOnlyDictionary<string, ManifestPart> KnownShards,
        int NextShard,
        ArchiveDraft Archive);

    /// <summary>What was written for it, and not yet seen by anybody.</summary>
    private sealed record Packed(DatasetManifest Manifest, IReadOnlyList<ShardSampleRow> Samples, PackedArchive Archive);

    private async Task<Decided<Outcome<Draft>>> DraftAsync(
        GatewayDb db, string name, SealVersion asked, Person steward, CancellationToken cancellationToken)
    {
        var found = await db.FindManagedAsync(name, steward, cancellationToken);
        if (found.IsRefused)
        {
            return Decided.Nothing<Outcome<Draft>>(found.Refusal);
        }

        var closing = await uploads.CloseForSealingAsync(db, found.Value, cancellationToken);
        if (closing.IsRefused)
        {
            return Decided.Nothing<Outcome<Draft>>(closing.Refusal);
        }

        var open = db.Uploads.Local.Where(upload => upload.ClosedAt is null).Select(upload => upload.Id).ToHashSet(StringComparer.Ordinal);
        var rows = (await db.Samples.AsNoTracking().Where(sample => sample.Dataset == name && !sample.Quarantined).ToListAsync(cancellationToken))
            .FindAll(sample => !open.Contains(sample.Upload));
        var known = rows.Select(row => row.Key).ToHashSet(StringComparer.Ordinal);
        var labels = (await db.SampleLabels.Where(label => label.Dataset == name)
            .Select(label => new LabelRow(label.Sample, label.Name, label.Value)).ToListAsync(cancellationToken))
            .FindAll(label => known.Contains(label.Key));
        var labelled = labels.Select(label => label.Key).ToHashSet(StringComparer.Ordinal);
        var without = rows.Where(row => !labelled.Contains(row.Key)).ToList();
        if (without.Count > 0 && !asked.LeaveOutUnlabelled)
        {
            return new(Unlabelled(name, without), closing.Value);
        }

        var wanted = rows.Where(row => labelled.Contains(row.Key)).ToList();
        return wanted.Count == 0
            ? new(new Refusal.Conflict($"The dataset '{name}' has no labelled samples, so there is nothing to seal."), closing.Value)
            : new(await DraftOfAsync(db, name, wanted, await MatchAsync(db, name, rows, open, cancellationToken), labels, cancellationToken), closing.Value);
    }

    /// <summary>All samples take part, not only those that are sealed: a mask of one that is left out is none too many.</summary>
    private static async Task<MaskMatches> MatchAsync(
        GatewayDb db, string name, List<SampleRow> samples, HashSet<string> open, CancellationToken cancellationToken) =>
        MaskMatching.Match(
            samples, (await db.Masks.AsNoTracking().Where(mask => mask.Dataset == name).ToListAsync(cancellationToken)).FindAll(mask => !open.Contains(mask.Upload)));

    private async Task<Draft> DraftOfAsync(
        GatewayDb db, string name, List<SampleRow> wanted, MaskMatches masks, List<LabelRow> labels, CancellationToken cancellationToken)
    {
        var latest = await db.LatestVersionAsync(name, cancellationToken);
        var known = latest is null
            ? []
            : StatementKinds.Manifest.Verify(latest.Manifest, keys.Statement.Public).Value.Shards.ToDictionary(shard => shard.Id, StringComparer.Ordinal);
        var held = (await db.ShardSamples.Where(sample => sample.Dataset == name).ToListAsync(cancellationToken))
            .GroupBy(sample => sample.Part, StringComparer.Ordinal).ToList();
        var shards = held.Where(shard => known.ContainsKey(shard.Key))
            .OrderBy(shard => shard.Key, StringComparer.Ordinal)
            .Select(shard => new KnownShard(shard.Key, [.. shard.Select(sample => (sample.Sample, sample.Patient, sample.Mask))]))
            .ToList();
        var samples = wanted.ToDictionary(row => row.Key, row => StoredSample.Of(row) with { Masks = MasksOf(row, masks) }, StringComparer.Ordinal);
        var planned = samples.Values
            .Select(sample => new PlannedSample(sample.Key, sample.Patient, masks.Fingerprint(sample.Key), sample.PlaintextBytes + MaskBytes(sample.Masks))).ToList();
        return new(
            name,
            (latest?.Version ?? 0) + 1,
            samples,
            [.. labels.OrderBy(label => label.Key, StringComparer.Ordinal).ThenBy(label => label.Name, StringComparer.Ordinal)],
            masks,
            ShardPlan.Of(planned, shards, options.ShardBytes),
            known,
            held.Count,
            await archives.DraftAsync(db, name, wanted, latest, cancellationToken));
    }

    private static SampleMasks? MasksOf(SampleRow row, MaskMatches masks) =>
        masks.BySample.TryGetValue(row.Key, out var own) ? new SampleMasks(Json.Facts(row.Facts!), own) : null;

    private static long MaskBytes(SampleMasks? masks) => masks is { Facts: var facts } ? (long)facts.Rows * facts.Columns : 0;

    private async Task<Packed> PackAsync(Draft draft, CancellationToken cancellationToken)
    {
        var shards = draft.Plan.Kept.Select(part => draft.KnownShards[part]).ToList();
        var packed = new List<ShardSampleRow>();
        foreach (var (samples, index) in draft.Plan.Packed.Select((samples, index) => (samples, index)))
        {
            var part = $"shard-{draft.NextShard + index:00000}";
            shards.Add(await packing.PackAsync(draft.Dataset, part, [.. samples.Select(sample => draft.Samples[sample.Key])], cancellationToken));
            packed.AddRange(samples.Select(sample => new ShardSampleRow { Dataset = draft.Dataset, Part = part, Sample = sample.Key, Patient = sample.Patient, Mask = sample.Mask }));
        }

        var labels = await packing.SealLabelsAsync(draft.Dataset, $"labels-{draft.Version}", draft.Labels, cancellationToken);
        var names = draft.Labels.Select(label => label.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        var manifest = new DatasetManifest(
            Wire.Version, keys.Statement.Public.Id, draft.Dataset, draft.Version, DatasetManifest.SampleSchemaV1, shards, labels, [.. names]);
        return new(manifest, packed, await archives.PackAsync(draft.Dataset, draft.Archive, cancellationToken));
    }

    private async Task<Decided<Outcome<SealedVersion>>> RecordAsync(
        GatewayDb db, Draft draft, Packed packed, Person steward, CancellationToken cancellationToken)
    {
        var found = await db.FindManagedAsync(draft.Dataset, steward, cancellationToken);
        if (found.IsRefused)
        {
            return Decided.Nothing<Outcome<SealedVersion>>(found.Refusal);
        }

        var manifest = packed.Manifest;
        var statement = StatementKinds.Manifest.Sign(manifest, keys.Statement);
        var archive = archives.Sign(packed.Archive, statement);
        var patients = draft.Samples.Values.Select(sample => sample.Patient).Distinct(StringComparer.Ordinal).Count();
        found.Value.State = DatasetStates.Sealed;
        db.ShardSamples.AddRange(packed.Samples);
        db.ArchivedObjects.AddRange(packed.Archive.Packed);
        db.Versions.Add(new()
        {
            Dataset = draft.Dataset,
            Version = draft.Version,
            Manifest = statement.Compact,
            ManifestDigest = statement.Digest.ToString(),
            Samples = draft.Samples.Count,
            Patients = patients,
            LabelNames = Json.Of(manifest.LabelNames),
            SealedAt = time.GetUtcNow(),
            Archive = archive?.Compact,
        });
        var bytes = manifest.Parts().Sum(part => part.CiphertextBytes);
        var entry = new Entry(Acts.DatasetSeal, Actors.Of(steward))
        {
            Subjects = new Dictionary<string, string>(StringComparer.Ordinal) { ["dataset"] = draft.Dataset, ["version"] = $"{draft.Version}" },
            PolicyRevision = found.Value.PolicyRevision,
            Digests = archive is null ? Digests(("manifest", statement.Digest)) : Digests(("manifest", statement.Digest), ("archive", archive.Digest)),
            Counts = new Dictionary<string, long>(StringComparer.Ordinal)
            {
                ["samples"] = draft.Samples.Count, ["patients"] = patients, ["shards"] = manifest.Shards.Count,
                ["shards_kept"] = draft.Plan.Kept.Count, ["ciphertext_bytes"] = bytes, ["archived"] = packed.Archive.Objects,
                ["masked"] = draft.Samples.Values.Count(sample => sample.Masks is not null), ["masks_unmatched"] = draft.Masks.Unmatched,
            },
        };
        return Decided.As<Outcome<SealedVersion>>(
            new SealedVersion(draft.Dataset, draft.Version, draft.Samples.Count, patients, manifest.Shards.Count, bytes, statement.Digest), entry);
    }

    private static Dictionary<string, Sha256Digest> Digests(params (string Name, Sha256Digest Digest)[] digests) =>
        digests.ToDictionary(named => named.Name, named => named.Digest, StringComparer.Ordinal);

    private static Refusal.Conflict Unlabelled(string name, List<SampleRow> without)
    {
        const int Named = 10;
        var ordinals = without.OrderBy(row => row.Upload, StringComparer.Ordinal).ThenBy(row => row.Ordinal).Take(Named)
            .Select(row => $"{row.Ordinal} of upload {row.Upload}");
        var more = without.Count > Named ? $" and {without.Count - Named} more" : "";
        return new($"{without.Count} of the objects in '{name}' have no label: object {string.Join(", ", ordinals)}{more}. "
            + "Label them, or seal with leave_out_unlabelled.");
    }
}
