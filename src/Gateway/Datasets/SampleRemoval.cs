using Microsoft.EntityFrameworkCore;
using Scanlock.Gateway.Datasets.Archive;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets;

/// <summary>Takes samples' rows away with their labels and renditions, and notes their blobs to be destroyed, all for the transaction at hand.</summary>
internal static class SampleRemoval
{
    public static async Task RemoveAsync(GatewayDb db, string dataset, IReadOnlyList<SampleRow> samples, CancellationToken cancellationToken)
    {
        var keys = samples.Select(sample => sample.Key).ToHashSet(StringComparer.Ordinal);
        db.SampleLabels.RemoveRange((await db.SampleLabels.Where(label => label.Dataset == dataset).ToListAsync(cancellationToken))
            .FindAll(label => keys.Contains(label.Sample)));
        await RenditionRemoval.RemoveAsync(db, dataset, samples, cancellationToken);
        db.Samples.RemoveRange(samples);
        db.DiscardedBlobs.AddRange(samples.Select(sample => new DiscardedBlobRow { Name = BlobNames.Sample(dataset, sample.Blob) }));
    }
}
