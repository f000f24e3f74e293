using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>
/// Removes at the start the samples, masks and renditions of objects that a crash kept from being recorded (P9): nobody can see them, and nobody
/// else would.
/// </summary>
internal sealed class OrphanedSamples(IDbContextFactory<GatewayDb> databases, IBlobStore blobs)
{
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var dataset in await db.Datasets.Where(row => row.State != DatasetStates.Withdrawn).Select(row => row.Name).ToListAsync(cancellationToken))
        {
            var samples = await db.Samples.Where(sample => sample.Dataset == dataset).Select(sample => sample.Blob).ToListAsync(cancellationToken);
            var masks = await db.Masks.Where(mask => mask.Dataset == dataset).Select(mask => mask.Blob).ToListAsync(cancellationToken);
            await RemoveAsync(BlobNames.Samples(dataset), samples.Concat(masks).Select(blob => BlobNames.Sample(dataset, blob)), cancellationToken);
            var renditions = await db.Renditions.Where(rendition => rendition.Dataset == dataset).Select(rendition => rendition.Blob).ToListAsync(cancellationToken);
            await RemoveAsync(BlobNames.Renditions(dataset), renditions.Select(blob => BlobNames.Rendition(dataset, blob)), cancellationToken);
        }
    }

    private async Task RemoveAsync(string folder, IEnumerable<string> recorded, CancellationToken cancellationToken)
    {
        var known = recorded.ToHashSet(StringComparer.Ordinal);
        foreach (var orphan in (await blobs.ListAsync(folder, cancellationToken)).Where(blob => !known.Contains(blob)))
        {
            await blobs.DeleteAsync(orphan, cancellationToken);
        }
    }
}
