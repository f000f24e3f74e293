using System.Formats.Tar;
using System.Runtime.CompilerServices;
using Scanlock.Contracts;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Datasets;

namespace Scanlock.Trainer.Data;

/// <summary>One sample as it lies in a shard.</summary>
internal sealed record ShardSample(string Key, SampleRecord Record, NpyImage Image);

/// <summary>
/// Reads a WebDataset shard: a tar whose members <c>KEY.npy</c> and <c>KEY.json</c> follow one another. Masks are skipped; anything else
/// is refused.
/// </summary>
internal static class ShardReader
{
    private const int MaxRecordBytes = 64 << 10;

    /// <exception cref="WireFormatException">A member is not what it should be; the message names it.</exception>
    /// <exception cref="InvalidDataException">Not a tar.</exception>
    internal static async IAsyncEnumerable<ShardSample> ReadAsync(
        Stream shard, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var tar = new TarReader(shard, leaveOpen: true);
        (string Key, NpyImage? Image, SampleRecord? Record) half = ("", null, null);
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            var (key, kind) = Named(entry);
            if (kind == "mask.npy")
            {
                continue;
            }

            if (half.Key.Length > 0 && half.Key != key)
            {
                throw new WireFormatException($"sample {half.Key} has only one of its two members");
            }

            if (kind == "npy" ? half.Image is not null : half.Record is not null)
            {
                throw new WireFormatException($"sample {key} has a member twice");
            }

            half = kind == "npy"
                ? half with { Key = key, Image = await ImageAsync(entry, key, cancellationToken) }
                : half with { Key = key, Record = await RecordAsync(entry, key, cancellationToken) };
            if (half is { Image: { } image, Record: { } record })
            {
                yield return new ShardSample(key, record, image);
                half = ("", null, null);
            }
        }

        if (half.Key.Length > 0)
        {
            throw new WireFormatException($"sample {half.Key} has only one of its two members");
        }
    }

    private static (string Key, string Kind) Named(TarEntry entry)
    {
        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
        {
            throw new WireFormatException("a shard holds regular files only");
        }

        var dot = entry.Name.IndexOf('.', StringComparison.Ordinal);
        var (key, kind) = dot > 0 ? (entry.Name[..dot], entry.Name[(dot + 1)..]) : ("", "");
        var plain = key.Length is > 0 and <= 128 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '/');
        return plain && kind is "npy" or "json" or "mask.npy"
            ? (key, kind)
            : throw new WireFormatException("a shard's members are named KEY.npy, KEY.json or KEY.mask.npy");
    }

    private static async Task<NpyImage> ImageAsync(TarEntry entry, string key, CancellationToken cancellationToken)
    {
        try
        {
            var image = NpyCodec.Decode(await BytesAsync(entry, NpyCodec.MaxBytes, cancellationToken));
            return image.Element == NpyElement.Hounsfield
                ? image
                : throw new WireFormatException("its pixels are not int16 Hounsfield units");
        }
        catch (WireFormatException e)
        {
            throw new WireFormatException($"sample {key}: {e.Message}", e);
        }
    }

    private static async Task<SampleRecord> RecordAsync(TarEntry entry, string key, CancellationToken cancellationToken)
    {
        try
        {
            return Wire.Read(await BytesAsync(entry, MaxRecordBytes, cancellationToken), ContractsJson.Strict.SampleRecord);
        }
        catch (WireFormatException e)
        {
            throw new WireFormatException($"sample {key}: {e.Message}", e);
        }
    }

    private static async Task<byte[]> BytesAsync(TarEntry entry, int most, CancellationToken cancellationToken)
    {
        if (entry.Length > most)
        {
            throw new WireFormatException($"a member has {entry.Length} bytes; at most {most} are read");
        }

        var bytes = new byte[(int)entry.Length];
        if (entry.DataStream is { } data)
        {
            await data.ReadExactlyAsync(bytes, cancellationToken);
        }

        return bytes;
    }
}
