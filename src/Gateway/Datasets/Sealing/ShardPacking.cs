using System.Formats.Tar;
using System.Security.Cryptography;
using Scanlock.Contracts;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;
using Scanlock.Envelope;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets.Sealing;

/// <summary>
/// Writes the parts of a version. Plaintext exists only in memory, between a pipe's ends: samples are decrypted one by one into a tar,
/// and what leaves the pipe is ciphertext under a random key of the part's own. The header, for the storage key, lies apart.
/// </summary>
internal sealed class ShardPacking(IBlobStore blobs, GatewayKeys keys, StoredSamples stored)
{
    private const UnixFileMode ReadableFile = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public Task<ManifestPart> PackAsync(string dataset, string part, IReadOnlyList<StoredSample> samples, CancellationToken cancellationToken) =>
        SealAsync(dataset, part, samples.Count, (stream, token) => WriteTarAsync(dataset, samples, stream, token), cancellationToken);

    public Task<ManifestPart> SealLabelsAsync(string dataset, string part, IReadOnlyList<LabelRow> rows, CancellationToken cancellationToken) =>
        SealAsync(dataset, part, rows.Count, (stream, token) => WriteLabelsAsync(rows, stream, token), cancellationToken);

    private async Task<ManifestPart> SealAsync(
        string dataset, string part, int samples, Func<Stream, CancellationToken, Task<int>> write, CancellationToken cancellationToken)
    {
        SealedBody? body = null;
        await blobs.WriteAsync(
            BlobNames.Body(dataset, part),
            async (ciphertext, token) => (_, body) = await PlaintextPipe.RunAsync(
                write, (plaintext, inner) => ManifestSealing.SealAsync(plaintext, ciphertext, [keys.Storage.PublicKey], inner), token),
            cancellationToken);
        await blobs.WriteAsync(BlobNames.Header(dataset, part), body!.Header, cancellationToken);
        return body.ToPart(part, samples);
    }

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
            }
            finally
            {
                CryptographicOperations.ZeroMemory(file);
            }
        }

        return samples.Count;
    }

    /// <summary>Nothing of the machine or the moment in a tar: the same samples make the same bytes.</summary>
    private static async Task WriteEntryAsync(TarWriter tar, string name, byte[] content, CancellationToken cancellationToken)
    {
        using var data = new MemoryStream(content, writable: false);
        await tar.WriteEntryAsync(
            new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = data, ModificationTime = DateTimeOffset.UnixEpoch, Mode = ReadableFile },
            cancellationToken);
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
