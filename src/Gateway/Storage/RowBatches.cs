using Microsoft.EntityFrameworkCore;

namespace Scanlock.Gateway.Storage;

/// <summary>Rows of a whole dataset in batches, so that memory does not grow with it: of what is followed for saving, a row takes some kilobytes.</summary>
internal static class RowBatches
{
    /// <summary>How many rows are held, or asked for by their keys, at once.</summary>
    public const int Size = 500;

    /// <summary>Inserts rows within the transaction at hand, and follows none of them any more.</summary>
    public static async Task InsertAsync<T>(this GatewayDb db, IEnumerable<T> rows, CancellationToken cancellationToken)
        where T : class
    {
        foreach (var batch in rows.Chunk(Size))
        {
            db.Set<T>().AddRange(batch);
            await db.SaveChangesAsync(cancellationToken);
            db.ChangeTracker.Clear();
        }
    }
}
