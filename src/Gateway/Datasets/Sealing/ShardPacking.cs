using System.Formats.Tar;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;
using Scanlock.Gateway.Datasets.Masks;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets.Sealing;

/// <summary>
/// Writes the parts of a version. Plaintext exists only in memory: samples are decrypted one by one into a tar.
/// </summary>
internal sealed class ShardPacking(IDbContextFactory<GatewayDb> databases, PartSealing sealing, StoredSamples stored, StoredMasks masks)
{
    /// <param name="samples">What the shard holds, in this order.</param>
    /// <exception cref="BlobAlteredException">A sample is gone, or not what was stored.</exception>
    public Task<ManifestPart> PackAsync(
        string dataset, string part, IReadOnlyList<PlannedSample> samples, MaskMatches matches, CancellationToken cancellationToken) =>
        sealing.SealAsync(dataset, part, samples.Count, (stream, token) => WriteTarAsync(dataset, samples, matches, stream, token), cancellationToken);

    public Task<ManifestPart> SealLabelsAsync(string dataset, string part, IReadOnlyList<LabelRow> rows, CancellationToken cancellationToken) =>
        sealing.SealAsync(dataset, part, rows.Count, (stream, token) => WriteLabelsAsync(rows, stream, token), cancellationToken);

    private async Task<int> WriteTarAsync(
        string dataset, IReadOnlyList<PlannedSample> samples, MaskMatches matches, Stream stream, CancellationToken cancellationToken)
    {
        await using var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true);
        foreach (var batch in samples.Chunk(RowBatches.Size))
        {
            var places = await FindAsync(dataset, batch, cancellationToken);
            foreach (var sample in batch)
            {
                await WriteSampleAsync(tar, dataset, sample, places[sample.Key], matches, cancellationToken);
            }
        }

        return samples.Count;
    }

    private async Task WriteSampleAsync(
        TarWriter tar, string dataset, PlannedSample sample, StoredSample place, MaskMatches matches, CancellationToken cancellationToken)
    {
        var file = await stored.OpenAsync(dataset, place, cancellationToken);
        try
        {
            var (record, npy) = SampleFile.Read(file);
            var json = Wire.Write(record with { Patient = sample.Patient, Series = place.Series }, ContractsJson.Strict.SampleRecord);
            await WriteEntryAsync(tar, $"{sample.Key}.json", json, cancellationToken);
            await WriteEntryAsync(tar, $"{sample.Key}.npy", npy, cancellationToken);
            if (matches.BySample.TryGetValue(sample.Key, out var own))
            {
                await WriteEntryAsync(tar, $"{sample.Key}.mask.npy", await masks.DrawAsync(dataset, own, cancellationToken), cancellationToken);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(file);
        }
    }

    /// <summary>Where samples lie. The plan says what they are: it was fixed before, and labels may have changed since.</summary>
    private async Task<Dictionary<string, StoredSample>> FindAsync(string dataset, PlannedSample[] samples, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var asked = samples.Select(sample => sample.Key).ToList();
        var places = await db.Samples.Where(sample => sample.Dataset == dataset && asked.Contains(sample.Key))
            .Select(sample => new { sample.Key, sample.Blob, sample.Series, sample.Ciphertext, sample.CiphertextBytes, sample.PlaintextBytes })
            .ToDictionaryAsync(
                sample => sample.Key,
                sample => new StoredSample(sample.Key, sample.Blob, sample.Series, new SealedPart(Sha256Digest.Parse(sample.Ciphertext), sample.CiphertextBytes), sample.PlaintextBytes),
                StringComparer.Ordinal,
                cancellationToken);
        return Array.Find(samples, sample => !places.ContainsKey(sample.Key)) is { } gone
            ? throw new BlobAlteredException($"The stored sample {gone.Key} of '{dataset}' is gone.") { Part = gone.Key }
            : places;
    }

    private static async Task WriteEntryAsync(TarWriter tar, string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await using var data = MemoryMarshal.TryGetArray(content, out var bytes)
            ? new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false)
            : throw new ArgumentException("What is packed lies in an array.", nameof(content));
        await tar.WriteFileAsync(name, data, cancellationToken);
    }

    private static async Task<int> WriteLabelsAsync(IReadOnlyList<LabelRow> rows, Stream stream, CancellationToken cancellationToken)
    {
        foreach (var row in rows)
        {
            await stream.WriteAsync(Wire.Write(row, ContractsJson.Strict.LabelRow), cancellationToken);
            stream.WriteByte((byte)'\n');
        }

        return rows.Count;
    }
}
