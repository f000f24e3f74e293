using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Scanlock.Contracts.Agent;

/// <summary>Reads and writes the frames of <see cref="AgentProtocol"/> on any stream.</summary>
public static class AgentFrames
{
    /// <summary>Writes one frame; <paramref name="body"/> must be as long as the message announces.</summary>
    public static async Task WriteAsync<T>(Stream stream, T message, JsonTypeInfo<T> type, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(message, type);
        var length = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(length, (uint)json.Length);
        await stream.WriteAsync(length, cancellationToken);
        await stream.WriteAsync(json, cancellationToken);
        await stream.WriteAsync(body, cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    /// <summary>Reads the JSON of the next frame; null at a clean end of the stream. The caller reads the body next.</summary>
    /// <exception cref="WireFormatException">The peer does not speak this protocol.</exception>
    public static async Task<T?> ReadAsync<T>(Stream stream, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var length = new byte[sizeof(uint)];
        var read = await stream.ReadAtLeastAsync(length, length.Length, throwOnEndOfStream: false, cancellationToken);
        if (read == 0)
        {
            return null;
        }

        var bytes = BinaryPrimitives.ReadUInt32BigEndian(length);
        if (read < length.Length || bytes is 0 or > AgentProtocol.MaxFrameBytes)
        {
            throw new WireFormatException("The peer does not speak the agent protocol: no frame where one should begin.");
        }

        var json = new byte[bytes];
        await ReadExactlyAsync(stream, json, cancellationToken);
        return Wire.Read(json, type);
    }

    /// <summary>Reads a frame's body of the announced length.</summary>
    public static async Task<byte[]> ReadBodyAsync(Stream stream, int bytes, CancellationToken cancellationToken)
    {
        if (bytes is < 0 or > AgentProtocol.MaxBodyBytes)
        {
            throw new WireFormatException($"A frame announces a body of {bytes} bytes; the bound is {AgentProtocol.MaxBodyBytes}.");
        }

        var body = new byte[bytes];
        await ReadExactlyAsync(stream, body, cancellationToken);
        return body;
    }

    private static async Task ReadExactlyAsync(Stream stream, byte[] buffer, CancellationToken cancellationToken)
    {
        if (await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) < buffer.Length)
        {
            throw new WireFormatException("The peer does not speak the agent protocol: the stream ends inside a frame.");
        }
    }
}
