using System.Text;
using Scanlock.Contracts;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Intake;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets.Masks;

/// <summary>A sample's masks, to be drawn into its matrix.</summary>
internal sealed record SampleMasks(SampleFacts Facts, IReadOnlyList<MaskRow> Masks)
{
    /// <summary>What says whether they are those of an earlier version.</summary>
    internal string Fingerprint { get; } = Sha256Digest.Of(
        Encoding.UTF8.GetBytes(string.Join('\n', Masks.Select(mask => $"{mask.ObjectKey}#{mask.Number}").Order(StringComparer.Ordinal)))).Hex[..32];
}

/// <summary>Draws stored masks, opened one at a time and in memory only.</summary>
internal sealed class StoredMasks(StoredSamples stored)
{
    /// <summary>The npy file of all of a sample's masks together: uint8, 1 where any of them marks.</summary>
    /// <exception cref="BlobAlteredException">One is gone, or not what was stored.</exception>
    public async Task<byte[]> DrawAsync(string dataset, SampleMasks sample, CancellationToken cancellationToken)
    {
        var mask = new byte[sample.Facts.Rows * sample.Facts.Columns];
        foreach (var row in sample.Masks)
        {
            Draw(mask, sample.Facts, Json.Masks(row.Facts), await stored.OpenAsync(dataset, row, cancellationToken));
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
}
