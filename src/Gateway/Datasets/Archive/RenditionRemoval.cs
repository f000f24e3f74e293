using Microsoft.EntityFrameworkCore;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets.Archive;

/// <summary>Takes the renditions of objects away of which no sample stays, and notes their blobs to be destroyed, for the transaction at hand.</summary>
internal static class RenditionRemoval
{
    /// <param name="samples">The samples that go in this transaction.</param>
    public static async Task RemoveAsync(GatewayDb db, string dataset, IReadOnlyList<SampleRow> samples, CancellationToken cancellationToken)
    {
        var going = samples.Select(sample => sample.Key).ToHashSet(StringComparer.Ordinal);
        var objects = samples.Select(sample => sample.ObjectKey).ToHashSet(StringComparer.Ordinal);
        var renditions = (await db.Renditions.Where(rendition => rendition.Dataset == dataset).ToListAsync(cancellationToken))
            .FindAll(rendition => objects.Contains(rendition.ObjectKey));
        if (renditions.Count == 0)
        {
            return;
        }

        var held = await db.Samples.Where(sample => sample.Dataset == dataset).Select(sample => new { sample.Key, sample.ObjectKey }).ToListAsync(cancellationToken);
        objects.ExceptWith(held.Where(sample => !going.Contains(sample.Key)).Select(sample => sample.ObjectKey));
        renditions.RemoveAll(rendition => !objects.Contains(rendition.ObjectKey));
        db.Renditions.RemoveRange(renditions);
        db.DiscardedBlobs.AddRange(renditions.Select(rendition => new DiscardedBlobRow { Name = BlobNames.Rendition(dataset, rendition.Blob) }));
    }
}
