using System.Formats.Tar;
using Scanlock.Contracts.Datasets;
using Scanlock.Envelope;
using Scanlock.Gateway.Datasets.Sealing;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets.Archive;

/// <summary>
/// Writes the parts of an archive as those of a version are written. A rendition can be large, so it streams: out of its own ciphertext, which
/// is checked meanwhile, into the tar. One that is not what was stored ends the writing, and then there is no part.
/// </summary>
internal sealed class ArchivePacking(PartSealing sealing, IBlobStore blobs, GatewayKeys keys)
{
    public Task<ManifestPart> PackAsync(string dataset, string part, IReadOnlyList<StoredRendition> renditions, CancellationToken cancellationToken) =>
        sealing.SealAsync(dataset, part, renditions.Count, (stream, token) => WriteTarAsync(dataset, renditions, stream, token), cancellationToken);

    private async Task<int> WriteTarAsync(string dataset, IReadOnlyList<StoredRendition> renditions, Stream stream, CancellationToken cancellationToken)
    {
        await using var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true);
        foreach (var rendition in renditions)
        {
            await PlaintextPipe.RunAsync(
                (plaintext, token) => OpenAsync(dataset, rendition, plaintext, token),
                async (plaintext, token) =>
                {
                    await using var content = new SizedStream(plaintext, rendition.PlaintextBytes);
                    await tar.WriteFileAsync($"{rendition.ObjectKey}.dcm", content, token);
                    return await content.EndAsync(token);
                },
                cancellationToken);
        }

        return renditions.Count;
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
