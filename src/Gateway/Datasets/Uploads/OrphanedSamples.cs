using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>Removes at the start the samples of objects that a crash kept from being recorded (P9): nobody can see them, and nobody else would.</summary>
internal sealed class OrphanedSamples(IDbContextFactory<GatewayDb> databases, IBlobStore blobs)
{
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var dataset in await db.Datasets.Where(row => row.State != DatasetStates.Withdrawn).Select(row => row.Name).ToListAsync(cancellationToken))
        {
            var recorded = (await db.Samples.Where(sample => sample.Dataset == dataset).Select(sample => sample.Blob).ToListAsync(cancellationToken))
                .Select(blob => BlobNames.Sample(dataset, blob)).ToHashSet(StringComparer.Ordinal);
            foreach (var orphan in (await blobs.ListAsync(BlobNames.Samples(dataset), cancellationToken)).Where(blob => !recorded.Contains(blob)))
            {
                await blobs.DeleteAsync(orphan, cancellationToken);
            }
        }
    }
}
