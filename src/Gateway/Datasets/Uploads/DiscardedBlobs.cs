using Microsoft.EntityFrameworkCore;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>
/// Destroys blobs whose rows are gone. Their names are noted in the transaction that takes the rows away, so that a crash in between leaves
/// nothing behind, and no store has to be listed to find it.
/// </summary>
internal sealed class DiscardedBlobs(IDbContextFactory<GatewayDb> databases, IBlobStore blobs)
{
    /// <summary>Safe to repeat; also the first thing at a start.</summary>
    public async Task DestroyAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var name in await db.DiscardedBlobs.Select(row => row.Name).ToListAsync(cancellationToken))
        {
            await blobs.DeleteAsync(name, cancellationToken);
            await db.DiscardedBlobs.Where(row => row.Name == name).ExecuteDeleteAsync(cancellationToken);
        }
    }
}
