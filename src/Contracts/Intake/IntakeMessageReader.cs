using System.Buffers.Binary;

namespace Scanlock.Contracts.Intake;

/// <summary>Reads a worker's messages, of any kind and bounded in all their parts; what comes together is read together.</summary>
public sealed class IntakeMessageReader(Stream worker)
{
    private const int HeadBytes = 1 + sizeof(uint);
    private const int BufferBytes = 16 << 10;

    /// <summary>The pixels of the largest sample.</summary>
    private const int MaxContentBytes = IntakeProtocol.MaxSide * IntakeProtocol.MaxSide * sizeof(short);

    private readonly byte[] buffer = new byte[BufferBytes];
    private int start;
    private int end;

    /// <summary>The next message; whoever takes it disposes of its content.</summary>
    /// <exception cref="WireFormatException">The worker does not speak this protocol, or has died.</exception>
    public async Task<IntakeMessage> ReadAsync(CancellationToken cancellationToken)
    {
        await BufferAsync(HeadBytes, cancellationToken);
        var kind = (IntakeMessageKind)buffer[start];
        var json = new byte[Enum.IsDefined(kind) ? Length(1, IntakeProtocol.MaxJsonBytes) : throw IntakeFrames.Broken()];
        start += HeadBytes;
        await ReadAsync(json, cancellationToken);

        await BufferAsync(sizeof(uint), cancellationToken);
        var content = new MessageContent(Length(0, MaxContentBytes));
        start += sizeof(uint);
        try
        {
            await ReadAsync(content.Memory, cancellationToken);
            return new IntakeMessage(kind, json, content);
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    private int Length(int at, int bound)
    {
        var length = BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(start + at));
        return length <= bound ? (int)length : throw IntakeFrames.Broken();
    }

    /// <summary>Makes so many bytes lie in the buffer.</summary>
    private async Task BufferAsync(int count, CancellationToken cancellationToken)
    {
        if (end - start >= count)
        {
            return;
        }

        buffer.AsSpan(start, end - start).CopyTo(buffer);
        (start, end) = (0, end - start);
        while (end < count)
        {
            var read = await worker.ReadAsync(buffer.AsMemory(end), cancellationToken);
            end += read > 0 ? read : throw IntakeFrames.Broken();
        }
    }

    private async Task ReadAsync(Memory<byte> bytes, CancellationToken cancellationToken)
    {
        var buffered = Math.Min(bytes.Length, end - start);
        buffer.AsSpan(start, buffered).CopyTo(bytes.Span);

        // Pixels are wiped wherever they were.
        buffer.AsSpan(start, buffered).Clear();
        start += buffered;
        var rest = bytes[buffered..];
        if (await worker.ReadAtLeastAsync(rest, rest.Length, throwOnEndOfStream: false, cancellationToken) < rest.Length)
        {
            throw IntakeFrames.Broken();
        }
    }
}
