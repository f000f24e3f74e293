using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Scanlock.Contracts.Intake;

/// <summary>Reads and writes the frames of <see cref="IntakeProtocol"/>, both sides'.</summary>
public static class IntakeFrames
{
    /// <summary>The pixels of the largest sample.</summary>
    private const int MaxContentBytes = IntakeProtocol.MaxSide * IntakeProtocol.MaxSide * sizeof(short);

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

    /// <summary>The length of the next part of the object; 0 at its end, null where the host abandons it.</summary>
    /// <exception cref="WireFormatException">The host does not speak this protocol, or has died.</exception>
    public static int? ReadChunkLength(Stream host)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        var length = host.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : throw Broken();
        return length switch
        {
            IntakeProtocol.AbortMark => null,
            > IntakeProtocol.MaxChunkBytes => throw Broken(),
            _ => (int)length,
        };
    }

    /// <summary>Writes a greeting or a task.</summary>
    public static async Task WriteJsonAsync<T>(Stream peer, T value, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(value, type);
        await WriteLengthAsync(peer, (uint)json.Length, cancellationToken);
        await peer.WriteAsync(json, cancellationToken);
        await peer.FlushAsync(cancellationToken);
    }

    /// <summary>Reads a greeting or a task; null where the peer has closed the stream.</summary>
    /// <exception cref="WireFormatException">The peer does not speak this protocol, or died in the middle of it.</exception>
    public static async Task<T?> ReadJsonAsync<T>(Stream peer, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var bytes = new byte[sizeof(uint)];
        if (await peer.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken) is var read && read < bytes.Length)
        {
            return read == 0 ? null : throw Broken();
        }

        return Wire.Read(await ReadBytesAsync(peer, BinaryPrimitives.ReadUInt32LittleEndian(bytes), IntakeProtocol.MaxJsonBytes, cancellationToken), type);
    }

    /// <summary>Writes a message of the worker's.</summary>
    public static void WriteMessage<T>(Stream host, IntakeMessageKind kind, T value, JsonTypeInfo<T> type, ReadOnlySpan<byte> content)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(value, type);
        var head = new byte[1 + sizeof(uint) + json.Length + sizeof(uint)];
        head[0] = (byte)kind;
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(1), (uint)json.Length);
        json.CopyTo(head, 1 + sizeof(uint));
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(head.Length - sizeof(uint)), (uint)content.Length);
        host.Write(head);
        host.Write(content);
        host.Flush();
    }

    /// <summary>Reads a message, of any kind and bounded in all its parts.</summary>
    /// <exception cref="WireFormatException">The worker does not speak this protocol, or has died.</exception>
    public static async Task<IntakeMessage> ReadMessageAsync(Stream worker, CancellationToken cancellationToken)
    {
        var start = await ReadBytesAsync(worker, 1 + sizeof(uint), 1 + sizeof(uint), cancellationToken);
        var kind = (IntakeMessageKind)start[0];
        if (!Enum.IsDefined(kind))
        {
            throw Broken();
        }

        var json = await ReadBytesAsync(worker, BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(1)), IntakeProtocol.MaxJsonBytes, cancellationToken);
        var content = await ReadBytesAsync(worker, await ReadLengthAsync(worker, cancellationToken), MaxContentBytes, cancellationToken);
        return new IntakeMessage(kind, json, content);
    }

    private static async Task WriteLengthAsync(Stream stream, uint length, CancellationToken cancellationToken)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, length);
        await stream.WriteAsync(bytes, cancellationToken);
    }

    private static async Task<uint> ReadLengthAsync(Stream stream, CancellationToken cancellationToken) =>
        BinaryPrimitives.ReadUInt32LittleEndian(await ReadBytesAsync(stream, sizeof(uint), sizeof(uint), cancellationToken));

    private static async Task<byte[]> ReadBytesAsync(Stream stream, uint length, int bound, CancellationToken cancellationToken)
    {
        var bytes = length > bound ? throw Broken() : new byte[length];
        return await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken) == bytes.Length ? bytes : throw Broken();
    }

    private static WireFormatException Broken() => new("The peer does not speak the intake protocol, or stopped in the middle of it.");
}
