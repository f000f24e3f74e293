using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;
using Scanlock.Envelope;
using Scanlock.Gateway.Datasets.Masks;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets;

/// <summary>A stored sample: where it lies, and what must be true of it.</summary>
internal sealed record StoredSample(string Key, string Blob, string Patient, SealedPart File, long PlaintextBytes)
{
    /// <summary>The masks to be drawn beside it; null where it has none.</summary>
    public SampleMasks? Masks { get; init; }

    public static StoredSample Of(SampleRow row) =>
        new(row.Key, row.Blob, row.EffectivePatient, new SealedPart(Sha256Digest.Parse(row.Ciphertext), row.CiphertextBytes), row.PlaintextBytes);
}

/// <summary>Opens stored samples, one at a time and in memory only.</summary>
internal sealed class StoredSamples(IBlobStore blobs, GatewayKeys keys)
{
    /// <summary>The sample in the clear, as <see cref="SampleFile"/> reads it; the caller wipes it.</summary>
    /// <exception cref="BlobAlteredException">It is gone, or not what was stored.</exception>
    public async Task<byte[]> OpenAsync(string dataset, StoredSample sample, CancellationToken cancellationToken)
    {
        await using var blob = await blobs.OpenReadAsync(BlobNames.Sample(dataset, sample.Blob), cancellationToken)
            ?? throw new BlobAlteredException($"The stored sample {sample.Key} of '{dataset}' is gone.") { Part = sample.Key };
        var opened = await ResultSealing.OpenToMemoryAsync(blob, sample.File, keys.Storage, (int)sample.PlaintextBytes, cancellationToken);
        return opened.IsRefused
            ? throw new BlobAlteredException($"The stored sample {sample.Key} of '{dataset}' was altered: {opened.Refusal.Message}.") { Part = sample.Key }
            : opened.Value;
    }
}
