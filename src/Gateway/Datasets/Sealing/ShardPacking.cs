using System.Formats.Tar;
using System.Security.Cryptography;
using Scanlock.Contracts;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;
using Scanlock.Envelope;
using Scanlock.Gateway.Datasets.Masks;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets.Sealing;

/// <summary>
/// Writes the parts of a version. Plaintext exists only in memory: samples are decrypted one by one into a tar.
/// </summary>
internal sealed class ShardPacking(PartSealing sealing, StoredSamples stored, StoredMasks masks)
{
    public Task<ManifestPart> PackAsync(string dataset, string part, IReadOnlyList<StoredSample> samples, CancellationToken cancellationToken) =>
        sealing.SealAsync(dataset, part, samples.Count, (stream, token) => WriteTarAsync(dataset, samples, stream, token), cancellationToken);

    public Task<ManifestPart> SealLabelsAsync(string dataset, string part, IReadOnlyList<LabelRow> rows, CancellationToken cancellationToken) =>
        sealing.SealAsync(dataset, part, rows.Count, (stream, token) => WriteLabelsAsync(rows, stream, token), cancellationToken);

    private async Task<int> WriteTarAsync(string dataset, IReadOnlyList<StoredSample> samples, Stream stream, CancellationToken cancellationToken)
    {
        await using var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true);
        foreach (var sample in samples)
        {
            var file = await stored.OpenAsync(dataset, sample, cancellationToken);
            try
            {
                var (record, npy) = SampleFile.Read(file);
                var json = Wire.Write(record with { Patient = sample.Patient }, ContractsJson.Strict.SampleRecord);
                await WriteEntryAsync(tar, $"{sample.Key}.json", json, cancellationToken);
                await WriteEntryAsync(tar, $"{sample.Key}.npy", npy.ToArray(), cancellationToken);
                if (sample.Masks is not null)
                {
                    await WriteEntryAsync(tar, $"{sample.Key}.mask.npy", await masks.DrawAsync(dataset, sample.Masks, cancellationToken), cancellationToken);
                }
            }
            finally
            {
                CryptographicOperations.ZeroMemory(file);
            }
        }

        return samples.Count;
    }

    private static async Task WriteEntryAsync(TarWriter tar, string name, byte[] content, CancellationToken cancellationToken)
    {
        using var data = new MemoryStream(content, writable: false);
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
