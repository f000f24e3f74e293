using System.Formats.Tar;
using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts.Datasets;
using Scanlock.Envelope;
using Scanlock.Gateway.Datasets.Sealing;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets.Archive;

/// <summary>
/// Writes the parts of an archive as those of a version are written. A rendition can be large, so it streams: out of its own ciphertext, which
/// is checked meanwhile, into the tar. One that is not what was stored ends the writing, and then there is no part.
/// </summary>
internal sealed class ArchivePacking(IDbContextFactory<GatewayDb> databases, PartSealing sealing, IBlobStore blobs, GatewayKeys keys)
{
    /// <param name="objects">The objects whose renditions the part holds, in this order.</param>
    /// <exception cref="BlobAlteredException">A rendition is gone, or not what was stored.</exception>
    public Task<ManifestPart> PackAsync(string dataset, string part, IReadOnlyList<PlannedSample> objects, CancellationToken cancellationToken) =>
        sealing.SealAsync(dataset, part, objects.Count, (stream, token) => WriteTarAsync(dataset, objects, stream, token), cancellationToken);

    private async Task<int> WriteTarAsync(string dataset, IReadOnlyList<PlannedSample> objects, Stream stream, CancellationToken cancellationToken)
    {
        await using var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true);
        foreach (var batch in objects.Chunk(RowBatches.Size))
        {
            var renditions = await FindAsync(dataset, batch, cancellationToken);
            foreach (var planned in batch)
            {
                await WriteRenditionAsync(tar, dataset, renditions[planned.Key], cancellationToken);
            }
        }

        return objects.Count;
    }

    private async Task WriteRenditionAsync(TarWriter tar, string dataset, StoredRendition rendition, CancellationToken cancellationToken) => await PlaintextPipe.RunAsync(
        (plaintext, token) => OpenAsync(dataset, rendition, plaintext, token),
        async (plaintext, token) =>
        {
            await using var content = new SizedStream(plaintext, rendition.PlaintextBytes);
            await tar.WriteFileAsync($"{rendition.ObjectKey}.dcm", content, token);
            return await content.EndAsync(token);
        },
        cancellationToken);

    private async Task<Dictionary<string, StoredRendition>> FindAsync(string dataset, PlannedSample[] objects, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var asked = objects.Select(planned => planned.Key).ToList();
        var renditions = await db.Renditions.AsNoTracking().Where(row => row.Dataset == dataset && asked.Contains(row.ObjectKey))
            .ToDictionaryAsync(row => row.ObjectKey, StoredRendition.Of, StringComparer.Ordinal, cancellationToken);
        return Array.Find(objects, planned => !renditions.ContainsKey(planned.Key)) is { } gone
            ? throw new BlobAlteredException($"The stored rendition {gone.Key} of '{dataset}' is gone.") { Part = gone.Key }
            : renditions;
    }

    private async Task<long> OpenAsync(string dataset, StoredRendition rendition, Stream plaintext, CancellationToken cancellationToken)
    {
        try
        {
            await using var blob = await blobs.OpenCheckedAsync(
                BlobNames.Rendition(dataset, rendition.Blob), rendition.File.Ciphertext, rendition.File.Bytes, cancellationToken);
            var opened = await WholeFile.OpenAsync(blob, plaintext, keys.Storage, cancellationToken);
            return opened.IsRefused ? throw new BlobAlteredException(opened.Refusal.Message) : opened.Value;
        }
        catch (BlobAlteredException altered)
        {
            throw new BlobAlteredException($"The stored rendition {rendition.ObjectKey} of '{dataset}' was altered.", altered) { Part = rendition.ObjectKey };
        }
    }
}
