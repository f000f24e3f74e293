using System.Buffers.Binary;

namespace Scanlock.Contracts.Codecs;

/// <summary>
/// Reads a safetensors file front to back from any stream. Stricter than the format: data without gaps, overlaps or a tail, no name twice,
/// bounded sizes; so what passes has one meaning.
/// </summary>
public sealed class SafetensorsReader
{
    private readonly Stream _stream;
    private long _left;

    private SafetensorsReader(
        Stream stream, (IReadOnlyList<SafetensorsTensor> Tensors, IReadOnlyDictionary<string, string> Metadata) header)
    {
        _stream = stream;
        (Tensors, Metadata) = header;
        DataBytes = _left = Tensors.Sum(t => t.Bytes);
    }

    /// <summary>The tensors, in the order of their data.</summary>
    public IReadOnlyList<SafetensorsTensor> Tensors { get; }

    /// <summary>Texts about the whole file; free ones, for all that the format says.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    public long DataBytes { get; }

    /// <summary>Reads and checks the header; the stream is then at the first tensor's data and stays the caller's.</summary>
    /// <exception cref="WireFormatException">The header is not one, or larger than the limits.</exception>
    public static async Task<SafetensorsReader> OpenAsync(Stream stream, SafetensorsLimits limits, CancellationToken cancellationToken)
    {
        var prefix = new byte[8];
        await FillAsync(stream, prefix, cancellationToken);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > (ulong)limits.HeaderBytes)
        {
            throw new WireFormatException($"The safetensors header is longer than the {limits.HeaderBytes} bytes that are read.");
        }

        var header = new byte[(int)length];
        await FillAsync(stream, header, cancellationToken);
        return new SafetensorsReader(stream, SafetensorsHeader.Parse(header, limits));
    }

    /// <summary>Fills <paramref name="buffer"/> with the next bytes of data; callers go through <see cref="Tensors"/> in order.</summary>
    /// <exception cref="WireFormatException">The file ends before its data does.</exception>
    public async Task ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(buffer.Length, _left, nameof(buffer));
        await FillAsync(_stream, buffer, cancellationToken);
        _left -= buffer.Length;
    }

    /// <summary>Makes sure that all data was read and that nothing follows it.</summary>
    /// <exception cref="WireFormatException">Something follows.</exception>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_left != 0)
        {
            throw new InvalidOperationException($"{_left} bytes of data are still unread");
        }

        if (await _stream.ReadAsync(new byte[1], cancellationToken) != 0)
        {
            throw new WireFormatException("The safetensors file goes on after its data.");
        }
    }

    private static async Task FillAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) < buffer.Length)
        {
            throw new WireFormatException("The safetensors file ends too early.");
        }
    }
}
