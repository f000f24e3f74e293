using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;
using Scanlock.Envelope;
using Scanlock.Gateway.Datasets.Masks;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets;

/// <summary>A stored sample: where it lies, and what must be true of it.</summary>
/// <param name="Series">The pseudonym of its series, which wins over the one in the file: that was written before all of a volume was known.</param>
internal sealed record StoredSample(string Key, string Blob, string Series, SealedPart File, long PlaintextBytes)
{
    public static StoredSample Of(SampleRow row) =>
        new(row.Key, row.Blob, row.Series, new SealedPart(Sha256Digest.Parse(row.Ciphertext), row.CiphertextBytes), row.PlaintextBytes);
}

/// <summary>Opens stored samples and their masks, one at a time and in memory only.</summary>
internal sealed class StoredSamples(IBlobStore blobs, GatewayKeys keys)
{
    /// <summary>The sample in the clear, as <see cref="SampleFile"/> reads it; the caller wipes it.</summary>
    /// <exception cref="BlobAlteredException">It is gone, or not what was stored.</exception>
    public Task<byte[]> OpenAsync(string dataset, StoredSample sample, CancellationToken cancellationToken) =>
        OpenAsync(dataset, sample.Blob, sample.File, sample.PlaintextBytes, "sample", sample.Key, cancellationToken);

    /// <summary>A mask in the clear, as the intake gave it.</summary>
    /// <exception cref="BlobAlteredException">It is gone, or not what was stored.</exception>
    public Task<byte[]> OpenAsync(string dataset, MaskRow mask, CancellationToken cancellationToken) => OpenAsync(
        dataset, mask.Blob, new SealedPart(Sha256Digest.Parse(mask.Ciphertext), mask.CiphertextBytes), mask.PlaintextBytes, "mask", $"{mask.ObjectKey}-{mask.Number}", cancellationToken);

    private async Task<byte[]> OpenAsync(
        string dataset, string blob, SealedPart file, long plaintextBytes, string kind, string key, CancellationToken cancellationToken)
    {
        await using var stored = await blobs.OpenReadAsync(BlobNames.Sample(dataset, blob), cancellationToken)
            ?? throw new BlobAlteredException($"The stored {kind} {key} of '{dataset}' is gone.") { Part = key };
        var opened = await ResultSealing.OpenToMemoryAsync(stored, file, keys.Storage, (int)plaintextBytes, cancellationToken);
        return opened.IsRefused
            ? throw new BlobAlteredException($"The stored {kind} {key} of '{dataset}' was altered: {opened.Refusal.Message}.") { Part = key }
            : opened.Value;
    }
}
