using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Scanlock.Contracts.Intake;

/// <summary>Reads and writes the frames of <see cref="IntakeProtocol"/>, both sides'.</summary>
public static class IntakeFrames
{
    /// <summary>Names the next object, or repeats its name.</summary>
    public static async Task WriteOrdinalAsync(Stream peer, long ordinal, CancellationToken cancellationToken)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, ordinal);
        await peer.WriteAsync(bytes, cancellationToken);
        await peer.FlushAsync(cancellationToken);
    }

    /// <summary>The ordinal the peer sends; null where it has closed the stream.</summary>
    public static async Task<long?> ReadOrdinalAsync(Stream peer, CancellationToken cancellationToken)
    {
        var bytes = new byte[sizeof(long)];
        var read = await peer.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return read switch
        {
            0 => null,
            sizeof(long) => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            _ => throw Broken(),
        };
    }

    /// <summary>Writes a part of the object, at most <see cref="IntakeProtocol.MaxChunkBytes"/>; an empty one ends it.</summary>
    public static async Task WriteChunkAsync(Stream worker, ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        if (chunk.Length > IntakeProtocol.MaxChunkBytes)
        {
            throw new ArgumentException($"A chunk has at most {IntakeProtocol.MaxChunkBytes} bytes.", nameof(chunk));
        }

        await WriteLengthAsync(worker, (uint)chunk.Length, cancellationToken);
        await worker.WriteAsync(chunk, cancellationToken);
    }

    public static Task WriteAbortAsync(Stream worker, CancellationToken cancellationToken) =>
        WriteLengthAsync(worker, IntakeProtocol.AbortMark, cancellationToken);

    /// <summary>Copies the chunks of one object to where they are kept. False where the gateway abandoned the object.</summary>
    public static async Task<bool> CopyObjectAsync(Stream gateway, Stream kept, CancellationToken cancellationToken)
    {
        var buffer = new byte[IntakeProtocol.MaxChunkBytes];
        for (long total = 0; ;)
        {
            var length = await ReadLengthAsync(gateway, cancellationToken);
            if (length is 0 or IntakeProtocol.AbortMark)
            {
                return length == 0;
            }

            total += length;
            if (length > buffer.Length || total > IntakeProtocol.MaxObjectBytes)
            {
                throw Broken();
            }

            var chunk = buffer.AsMemory(0, (int)length);
            await ReadExactlyAsync(gateway, chunk, cancellationToken);
            await kept.WriteAsync(chunk, cancellationToken);
        }
    }

    /// <summary>Writes a greeting or an answer and, after an answer that accepts, its pixels.</summary>
    public static async Task WriteJsonAsync<T>(
        Stream gateway, T value, JsonTypeInfo<T> type, ReadOnlyMemory<byte> pixels, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(value, type);
        await WriteLengthAsync(gateway, (uint)json.Length, cancellationToken);
        await gateway.WriteAsync(json, cancellationToken);
        await gateway.WriteAsync(pixels, cancellationToken);
        await gateway.FlushAsync(cancellationToken);
    }

    /// <summary>Reads a greeting or an answer.</summary>
    /// <exception cref="WireFormatException">The worker does not speak this protocol, or has died.</exception>
    public static async Task<T> ReadJsonAsync<T>(Stream worker, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var length = await ReadLengthAsync(worker, cancellationToken);
        if (length is 0 or > IntakeProtocol.MaxJsonBytes)
        {
            throw Broken();
        }

        var json = new byte[length];
        await ReadExactlyAsync(worker, json, cancellationToken);
        return Wire.Read(json, type);
    }

    /// <summary>Reads the pixels an answer announces: int16 little endian, row by row.</summary>
    /// <exception cref="WireFormatException">The sides are out of bounds, or the worker has died.</exception>
    public static async Task<byte[]> ReadPixelsAsync(Stream worker, int rows, int columns, CancellationToken cancellationToken)
    {
        if (rows is < 1 or > IntakeProtocol.MaxSide || columns is < 1 or > IntakeProtocol.MaxSide)
        {
            throw Broken();
        }

        var pixels = new byte[rows * columns * sizeof(short)];
        await ReadExactlyAsync(worker, pixels, cancellationToken);
        return pixels;
    }

    private static async Task WriteLengthAsync(Stream stream, uint length, CancellationToken cancellationToken)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, length);
        await stream.WriteAsync(bytes, cancellationToken);
    }

    private static async Task<uint> ReadLengthAsync(Stream stream, CancellationToken cancellationToken)
    {
        var bytes = new byte[sizeof(uint)];
        await ReadExactlyAsync(stream, bytes, cancellationToken);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    private static async Task ReadExactlyAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) < buffer.Length)
        {
            throw Broken();
        }
    }

    private static WireFormatException Broken() => new("The peer does not speak the intake protocol, or stopped in the middle of it.");
}
