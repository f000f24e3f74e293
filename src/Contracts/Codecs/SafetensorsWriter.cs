using System.Buffers.Binary;
using System.Collections.ObjectModel;

namespace Scanlock.Contracts.Codecs;

/// <summary>
/// Writes the canonical form of a safetensors file: for the same tensors always the same bytes. Types in falling, names in rising order,
/// header without spare spaces, padded to eight bytes; what the format's own library writes for names in ASCII.
/// </summary>
public sealed class SafetensorsWriter
{
    private readonly Stream _stream;
    private long _left;

    private SafetensorsWriter(Stream stream, IReadOnlyList<SafetensorsTensor> tensors)
    {
        _stream = stream;
        Tensors = tensors;
        _left = tensors.Sum(t => t.Bytes);
    }

    /// <summary>The tensors in the order in which their data must be written.</summary>
    public IReadOnlyList<SafetensorsTensor> Tensors { get; }

    /// <summary>Tensors in the one order in which they are written.</summary>
    public static IReadOnlyList<SafetensorsTensor> Order(IEnumerable<SafetensorsTensor> tensors) => SafetensorsHeader.Order(tensors);

    /// <summary>Size of the file that holds these.</summary>
    public static long FileBytes(IEnumerable<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var ordered = SafetensorsHeader.Order(tensors);
        return sizeof(ulong) + SafetensorsHeader.Write(ordered, metadata).Length + ordered.Sum(t => t.Bytes);
    }

    /// <summary>Writes the header; the stream stays the caller's.</summary>
    public static Task<SafetensorsWriter> CreateAsync(
        Stream stream, IEnumerable<SafetensorsTensor> tensors, CancellationToken cancellationToken) =>
        CreateAsync(stream, tensors, ReadOnlyDictionary<string, string>.Empty, cancellationToken);

    /// <summary>The same, with texts about the whole file, their names in rising order.</summary>
    public static async Task<SafetensorsWriter> CreateAsync(
        Stream stream, IEnumerable<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        var writer = new SafetensorsWriter(stream, SafetensorsHeader.Order(tensors));
        var header = SafetensorsHeader.Write(writer.Tensors, metadata);
        var prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
        await stream.WriteAsync(prefix, cancellationToken);
        await stream.WriteAsync(header, cancellationToken);
        return writer;
    }

    /// <summary>Writes the next bytes of data, little-endian, in the order of <see cref="Tensors"/>.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Length, _left, nameof(data));
        await _stream.WriteAsync(data, cancellationToken);
        _left -= data.Length;
    }

    /// <summary>Makes sure that every tensor was written whole, and flushes.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_left != 0)
        {
            throw new InvalidOperationException($"{_left} bytes of data were announced and not written");
        }

        await _stream.FlushAsync(cancellationToken);
    }
}
