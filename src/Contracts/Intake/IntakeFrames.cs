using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Scanlock.Contracts.Intake;

/// <summary>Reads and writes the frames of <see cref="IntakeProtocol"/>, both sides'.</summary>
public static class IntakeFrames
{
    /// <summary>Bytes before each part of the object: its length.</summary>
    public const int ChunkHeadBytes = sizeof(uint);

    /// <summary>Writes a part of the object, at most <see cref="IntakeProtocol.MaxChunkBytes"/>; an empty one ends it.</summary>
    /// <param name="worker">Where to.</param>
    /// <param name="chunk">The part, behind <see cref="ChunkHeadBytes"/> of room for its length, so that both go at once.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    public static async Task WriteChunkAsync(Stream worker, Memory<byte> chunk, CancellationToken cancellationToken)
    {
        var length = chunk.Length - ChunkHeadBytes;
        if (length > IntakeProtocol.MaxChunkBytes)
        {
            throw new ArgumentException($"A chunk has at most {IntakeProtocol.MaxChunkBytes} bytes.", nameof(chunk));
        }

        BinaryPrimitives.WriteUInt32LittleEndian(chunk.Span, (uint)length);
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

    private static async Task WriteLengthAsync(Stream stream, uint length, CancellationToken cancellationToken)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, length);
        await stream.WriteAsync(bytes, cancellationToken);
    }

    private static async Task<byte[]> ReadBytesAsync(Stream stream, uint length, int bound, CancellationToken cancellationToken)
    {
        var bytes = length > bound ? throw Broken() : new byte[length];
        return await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken) == bytes.Length ? bytes : throw Broken();
    }

    internal static WireFormatException Broken() => new("The peer does not speak the intake protocol, or stopped in the middle of it.");
}
