using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Datasets.Archive;
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
    VersionDrafting drafting,
    ShardPacking packing,
    ArchiveSealing archives,
    Withdrawal withdrawal,
    GatewayKeys keys,
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
    private async Task<Outcome<SealedVersion>> PackAndRecordAsync(VersionDraft draft, Attempt attempt, Person steward, CancellationToken cancellationToken)
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

    /// <summary>What was written for it, and not yet seen by anybody.</summary>
    private sealed record Packed(DatasetManifest Manifest, PackedArchive Archive);

    private async Task<Decided<Outcome<VersionDraft>>> DraftAsync(
        GatewayDb db, string name, SealVersion asked, Person steward, CancellationToken cancellationToken)
    {
        var found = await db.FindManagedAsync(name, steward, cancellationToken);
        if (found.IsRefused)
        {
            return Decided.Nothing<Outcome<VersionDraft>>(found.Refusal);
        }

        var closing = await uploads.CloseForSealingAsync(db, found.Value, cancellationToken);
        if (closing.IsRefused)
        {
            return Decided.Nothing<Outcome<VersionDraft>>(closing.Refusal);
        }

        var sessions = await db.Uploads.Where(upload => upload.Dataset == name && upload.ClosedAt != null).Select(upload => upload.Id).ToListAsync(cancellationToken);
        sessions.AddRange(db.Uploads.Local.Where(upload => upload.ClosedAt is not null).Select(upload => upload.Id));
        return new(await drafting.DraftAsync(db, name, sessions, asked.LeaveOutUnlabelled, cancellationToken), closing.Value);
    }

    private async Task<Packed> PackAsync(VersionDraft draft, CancellationToken cancellationToken)
    {
        var shards = draft.Plan.Kept.Select(part => draft.KnownShards[part]).ToList();
        foreach (var (index, samples) in draft.Plan.Packed.Index())
        {
            shards.Add(await packing.PackAsync(draft.Dataset, draft.PartOf(index), samples, draft.Masks, cancellationToken));
        }

        var labels = await packing.SealLabelsAsync(draft.Dataset, $"labels-{draft.Version}", draft.Labels, cancellationToken);
        var names = draft.Labels.Select(label => label.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        var manifest = new DatasetManifest(
            Wire.Version, keys.Statement.Public.Id, draft.Dataset, draft.Version, DatasetManifest.SampleSchemaV1, shards, labels, [.. names]);
        return new(manifest, await archives.PackAsync(draft.Dataset, draft.Archive, cancellationToken));
    }

    private async Task<Decided<Outcome<SealedVersion>>> RecordAsync(
        GatewayDb db, VersionDraft draft, Packed packed, Person steward, CancellationToken cancellationToken)
    {
        var found = await db.FindManagedAsync(draft.Dataset, steward, cancellationToken);
        if (found.IsRefused)
        {
            return Decided.Nothing<Outcome<SealedVersion>>(found.Refusal);
        }

        var manifest = packed.Manifest;
        var statement = StatementKinds.Manifest.Sign(manifest, keys.Statement);
        var archive = archives.Sign(packed.Archive, statement);
        var patients = draft.Samples.Select(sample => sample.Patient).Distinct(StringComparer.Ordinal).Count();
        found.Value.State = DatasetStates.Sealed;
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
                ["masked"] = draft.Samples.Count(sample => sample.Mask is not null), ["masks_unmatched"] = draft.Masks.Unmatched.Count,
            },
        };
        var version = new SealedVersion(draft.Dataset, draft.Version, draft.Samples.Count, patients, manifest.Shards.Count, bytes, statement.Digest);
        return Decided.As<Outcome<SealedVersion>>(version, entry) with
        {
            Write = async (saving, token) =>
            {
                await saving.InsertAsync(draft.PackedRows(), token);
                await saving.InsertAsync(draft.Archive.PackedRows(draft.Dataset), token);
            },
        };
    }

    private static Dictionary<string, Sha256Digest> Digests(params (string Name, Sha256Digest Digest)[] digests) =>
        digests.ToDictionary(named => named.Name, named => named.Digest, StringComparer.Ordinal);
}
