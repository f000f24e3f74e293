using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets;

/// <summary>
/// Takes a dataset back (P10). Its state says so first, so that nothing more is handed out; then the headers go, without which no copy of
/// a shard anywhere opens, then everything else that was stored, and the key that links patients to pseudonyms.
/// </summary>
internal sealed class Withdrawal(IDbContextFactory<GatewayDb> databases, IBlobStore blobs, DatasetKeys keys)
{
    public static void Apply(DatasetRow dataset) => dataset.State = DatasetStates.Withdrawn;

    /// <summary>Safe to repeat.</summary>
    public async Task DestroyAsync(string dataset, CancellationToken cancellationToken)
    {
        await blobs.DeleteAllAsync(BlobNames.Headers(dataset), cancellationToken);
        await blobs.DeleteAllAsync(BlobNames.Samples(dataset), cancellationToken);
        await blobs.DeleteAllAsync(BlobNames.Renditions(dataset), cancellationToken);
        await blobs.DeleteAllAsync(BlobNames.Bodies(dataset), cancellationToken);
        keys.Destroy(dataset);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var job in await db.Jobs.Where(job => job.Dataset == dataset).Select(job => job.Digest).ToListAsync(cancellationToken))
        {
            await blobs.DeleteAllAsync(BlobNames.Results(Sha256Digest.Parse(job).Hex), cancellationToken);
        }

        await db.SampleLabels.Where(label => label.Dataset == dataset).ExecuteDeleteAsync(cancellationToken);
        await db.Samples.Where(sample => sample.Dataset == dataset).ExecuteDeleteAsync(cancellationToken);
        await db.Renditions.Where(rendition => rendition.Dataset == dataset).ExecuteDeleteAsync(cancellationToken);
        await db.ArchivedObjects.Where(archived => archived.Dataset == dataset).ExecuteDeleteAsync(cancellationToken);
        await db.Masks.Where(mask => mask.Dataset == dataset).ExecuteDeleteAsync(cancellationToken);
        await db.Quarantine.Where(kept => kept.Dataset == dataset).ExecuteDeleteAsync(cancellationToken);
        await db.ShardSamples.Where(sample => sample.Dataset == dataset).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>For work that found its dataset withdrawn only after it had written more of it.</summary>
    public async Task DestroyIfWithdrawnAsync(string dataset, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.Datasets.AnyAsync(row => row.Name == dataset && row.State == DatasetStates.Withdrawn, cancellationToken))
        {
            await DestroyAsync(dataset, cancellationToken);
        }
    }

    /// <summary>Finishes at the start what a crash may have cut short.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var withdrawn = await db.Datasets.Where(dataset => dataset.State == DatasetStates.Withdrawn).Select(dataset => dataset.Name).ToListAsync(cancellationToken);
        foreach (var dataset in withdrawn)
        {
            await DestroyAsync(dataset, cancellationToken);
        }
    }
}
