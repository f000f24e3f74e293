using Scanlock.Contracts;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Intake;
using Scanlock.Contracts.Jobs;
using Scanlock.Envelope;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets.Masks;

/// <summary>A sample's masks, to be drawn into its matrix.</summary>
internal sealed record SampleMasks(SampleFacts Facts, IReadOnlyList<MaskRow> Masks);

/// <summary>Opens stored masks, one at a time and in memory only, and draws them.</summary>
internal sealed class StoredMasks(IBlobStore blobs, GatewayKeys keys)
{
    /// <summary>The npy file of all of a sample's masks together: uint8, 1 where any of them marks.</summary>
    /// <exception cref="BlobAlteredException">One is gone, or not what was stored.</exception>
    public async Task<byte[]> DrawAsync(string dataset, SampleMasks sample, CancellationToken cancellationToken)
    {
        var mask = new byte[sample.Facts.Rows * sample.Facts.Columns];
        foreach (var row in sample.Masks)
        {
            Draw(mask, sample.Facts, Json.Masks(row.Facts), await OpenAsync(dataset, row, cancellationToken));
        }

        return NpyCodec.Encode(new(NpyElement.Mask, sample.Facts.Rows, sample.Facts.Columns, mask));
    }

    private static void Draw(byte[] mask, SampleFacts facts, MaskFacts what, byte[] content)
    {
        if (what.Form == MaskForm.Bitmap)
        {
            MaskDrawing.Bitmap(mask, content);
        }
        else if (SliceGeometry.TryRead(facts.Slice, out var slice))
        {
            MaskDrawing.Contours(mask, facts.Columns, slice, MaskContent.ReadContours(content));
        }
    }

    private async Task<byte[]> OpenAsync(string dataset, MaskRow row, CancellationToken cancellationToken)
    {
        var name = $"{row.ObjectKey}-{row.Number}";
        await using var blob = await blobs.OpenReadAsync(BlobNames.Sample(dataset, row.Blob), cancellationToken)
            ?? throw new BlobAlteredException($"The stored mask {name} of '{dataset}' is gone.") { Part = name };
        var file = new SealedPart(Sha256Digest.Parse(row.Ciphertext), row.CiphertextBytes);
        var opened = await ResultSealing.OpenToMemoryAsync(blob, file, keys.Storage, (int)row.PlaintextBytes, cancellationToken);
        return opened.IsRefused
            ? throw new BlobAlteredException($"The stored mask {name} of '{dataset}' was altered: {opened.Refusal.Message}.") { Part = name }
            : opened.Value;
    }
}
