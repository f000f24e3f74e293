using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Datasets.Sealing;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>
/// Destroys what came by one token and is in no sealed version: (1) its sessions close, so that their counts are in the log; (2) one act
/// takes the rows away and notes their blobs; (3) the blobs go. A crash after (2) leaves (3) to the next start.
/// </summary>
internal sealed class TokenDrop(
    AuditedActs acts, RollingSessions rolling, SessionsUnderWay underWay, SealingTurns turns, DiscardedBlobs discarded, TimeProvider time)
{
    public async Task<Outcome<DroppedUploads>> DropAsync(string dataset, string id, DropUploads asked, Person steward, CancellationToken cancellationToken)
    {
        var attempt = Attempt.At(Acts.TokenDrop, Actors.Of(steward), ("dataset", dataset), ("token", id));

        // A version in the making may hold what is to go.
        using var turn = await turns.TakeAsync(dataset, cancellationToken);
        if (!await rolling.RunDryAsync(dataset, id, cancellationToken))
        {
            return await acts.RefuseAsync<DroppedUploads>(attempt, StillComing, cancellationToken);
        }

        var dropped = await acts.PerformAsync(attempt, (db, token) => DropAsync(db, dataset, id, asked, steward, token), cancellationToken);
        if (!dropped.IsRefused)
        {
            await discarded.DestroyAsync(CancellationToken.None);
        }

        return dropped;
    }

    /// <summary>Takes away the rows of what came by a token and is in no version, quarantine included. How many stay for being in one.</summary>
    public static async Task<DroppedUploads> ApplyAsync(GatewayDb db, string dataset, string id, CancellationToken cancellationToken)
    {
        var uploads = db.Uploads.Where(upload => upload.Token == id).Select(upload => upload.Id);
        var samples = await db.Samples.Where(sample => sample.Dataset == dataset && uploads.Contains(sample.Upload)).ToListAsync(cancellationToken);
        var inVersions = (await db.ShardSamples.Where(sample => sample.Dataset == dataset).Select(sample => sample.Sample).ToListAsync(cancellationToken))
            .ToHashSet(StringComparer.Ordinal);
        var free = samples.FindAll(sample => !inVersions.Contains(sample.Key));
        var kept = await db.Quarantine.Where(row => row.Dataset == dataset && row.Decision == null && uploads.Contains(row.Upload)).ToListAsync(cancellationToken);
        await SampleRemoval.RemoveAsync(db, dataset, free, cancellationToken);
        db.Quarantine.RemoveRange(kept);

        // Of a mask no version needs more than what was drawn of it.
        var masks = await db.Masks.Where(mask => mask.Dataset == dataset && uploads.Contains(mask.Upload)).ToListAsync(cancellationToken);
        db.Masks.RemoveRange(masks);
        db.DiscardedBlobs.AddRange(masks.Select(mask => new DiscardedBlobRow { Name = BlobNames.Sample(dataset, mask.Blob) }));
        return new(id, free.Count(sample => !sample.Quarantined), kept.Count, samples.Count - free.Count);
    }

    private static Refusal.Conflict StillComing => new("Objects are still coming by this token; revoke it first, or try again when they have come.");

    private async Task<Decided<Outcome<DroppedUploads>>> DropAsync(
        GatewayDb db, string dataset, string id, DropUploads asked, Person steward, CancellationToken cancellationToken)
    {
        var found = await UploadTokens.FindAsync(db, dataset, id, steward, cancellationToken);
        if (found.IsRefused)
        {
            return Decided.Nothing<Outcome<DroppedUploads>>(found.Refusal);
        }

        var entries = new List<Entry>();
        foreach (var upload in await db.Uploads.Where(row => row.Token == id && row.ClosedAt == null).ToListAsync(cancellationToken))
        {
            // The session it ran dry may not be the one it sends into by now.
            if (!underWay.Retire(upload.Id))
            {
                return Decided.Nothing<Outcome<DroppedUploads>>(StillComing);
            }

            entries.Add(await UploadSessions.CloseAsync(db, upload, Actors.Gateway, time.GetUtcNow(), cancellationToken));
        }

        var dropped = await ApplyAsync(db, dataset, id, cancellationToken);
        if (dropped.LeftSealed > 0 && !asked.LeaveSealed)
        {
            return Decided.Nothing<Outcome<DroppedUploads>>(new Refusal.Conflict(
                $"{dropped.LeftSealed} of the {dropped.LeftSealed + dropped.Samples} samples that came by this token are in a sealed version of '{dataset}', and a "
                + "version never changes: withdraw the dataset to take them back, or drop with leave_sealed, which destroys the others."));
        }

        entries.Add(UploadTokens.EntryOf(Acts.TokenDrop, found.Value, steward) with
        {
            Counts = new Dictionary<string, long>(StringComparer.Ordinal)
            {
                ["samples"] = dropped.Samples, ["quarantined"] = dropped.Quarantined, ["left_sealed"] = dropped.LeftSealed,
            },
        });
        return new(dropped, entries);
    }
}
