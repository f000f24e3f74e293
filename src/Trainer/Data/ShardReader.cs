using System.Buffers;
using System.Formats.Tar;
using System.Runtime.CompilerServices;
using Scanlock.Contracts;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Datasets;

namespace Scanlock.Trainer.Data;

/// <summary>
/// Reads a WebDataset shard: a tar whose members <c>KEY.npy</c>, <c>KEY.json</c> and, where there is one, <c>KEY.mask.npy</c> follow
/// one another; anything else is refused.
/// </summary>
internal static class ShardReader
{
    private const int MaxRecordBytes = 64 << 10;

    /// <summary>Each sample is the caller's to dispose of.</summary>
    /// <exception cref="WireFormatException">A member is not what it should be; the message names it.</exception>
    /// <exception cref="InvalidDataException">Not a tar.</exception>
    internal static async IAsyncEnumerable<ShardSample> ReadAsync(
        Stream shard, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var tar = new TarReader(shard, leaveOpen: true);
        Members? members = null;
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            var (key, kind) = Named(entry);
            if (members is not null && members.Key != key)
            {
                yield return members.Complete();
                members = null;
            }

            members ??= new Members(key);
            await members.AddAsync(kind, entry, cancellationToken);
        }

        if (members is not null)
        {
            yield return members.Complete();
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

    /// <summary>What has been read of one sample.</summary>
    private sealed class Members(string key)
    {
        private readonly List<byte[]> _rented = [];
        private NpyImage? _image;
        private NpyImage? _mask;
        private SampleRecord? _record;

        internal string Key => key;

        internal async Task AddAsync(string kind, TarEntry entry, CancellationToken cancellationToken)
        {
            if (kind switch { "npy" => _image is not null, "json" => _record is not null, _ => _mask is not null })
            {
                throw new WireFormatException($"sample {key} has a member twice");
            }

            try
            {
                switch (kind)
                {
                    case "npy":
                        _image = NpyCodec.Decode(await BytesAsync(entry, NpyCodec.MaxBytes, cancellationToken));
                        break;
                    case "mask.npy":
                        _mask = NpyCodec.Decode(await BytesAsync(entry, NpyCodec.MaxBytes, cancellationToken));
                        break;
                    default:
                        var bytes = await BytesAsync(entry, MaxRecordBytes, cancellationToken);
                        _record = Wire.Read(bytes.Span, ContractsJson.Strict.SampleRecord);
                        break;
                }
            }
            catch (WireFormatException e)
            {
                throw new WireFormatException($"sample {key}: {e.Message}", e);
            }
        }

        internal ShardSample Complete()
        {
            if (_image is null || _record is null)
            {
                throw new WireFormatException($"sample {key} has only one of its two members");
            }

            if (_image.Element != NpyElement.Hounsfield)
            {
                throw new WireFormatException($"sample {key}: its pixels are not int16 Hounsfield units");
            }

            if (_mask is not null && Wrong(_mask, _image) is { } wrong)
            {
                throw new WireFormatException($"sample {key}: {wrong}");
            }

            return new ShardSample(key, _record, _image, _mask) { Rented = _rented };
        }

        private static string? Wrong(NpyImage mask, NpyImage image)
        {
            if (mask.Element != NpyElement.Mask)
            {
                return "its mask is not of uint8";
            }

            if (mask.Rows != image.Rows || mask.Columns != image.Columns)
            {
                return $"its mask is {mask.Rows} x {mask.Columns} and its image {image.Rows} x {image.Columns}";
            }

            return mask.Data.Span.ContainsAnyExceptInRange((byte)0, (byte)1) ? "its mask has values other than 0 and 1" : null;
        }

        private async Task<ReadOnlyMemory<byte>> BytesAsync(TarEntry entry, int most, CancellationToken cancellationToken)
        {
            if (entry.Length > most)
            {
                throw new WireFormatException($"a member has {entry.Length} bytes; at most {most} are read");
            }

            var bytes = ArrayPool<byte>.Shared.Rent((int)entry.Length);
            _rented.Add(bytes);
            var content = bytes.AsMemory(0, (int)entry.Length);
            if (entry.DataStream is { } data)
            {
                await data.ReadExactlyAsync(content, cancellationToken);
            }

            return content;
        }
    }
}
