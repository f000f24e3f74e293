using System.Buffers;
using System.Security.Cryptography;

namespace Scanlock.Contracts.Intake;

/// <summary>
/// What came with a worker's message: a slice's pixels, mostly. Its memory is used again for the next, after it was wiped. There is room before
/// it, so that what is stored in front of it costs no copy.
/// </summary>
public sealed class MessageContent : IDisposable
{
    /// <summary>The most that <see cref="After"/> puts in front.</summary>
    public const int RoomBefore = 8 << 10;

    /// <summary>What is larger is rare, and not worth keeping memory for.</summary>
    private const int MostPooled = 4 << 20;

    private readonly bool isPooled;
    private byte[]? buffer;

    public MessageContent(int length)
    {
        Length = length;
        isPooled = RoomBefore + length <= MostPooled;
        buffer = isPooled ? ArrayPool<byte>.Shared.Rent(RoomBefore + length) : new byte[RoomBefore + length];
    }

    public int Length { get; }

    public ReadOnlyMemory<byte> Bytes => Memory;

    internal Memory<byte> Memory => Buffer.AsMemory(RoomBefore, Length);

    private byte[] Buffer => buffer ?? throw new ObjectDisposedException(nameof(MessageContent));

    /// <summary>The content with these bytes in front of it; valid until the next call.</summary>
    public ReadOnlyMemory<byte> After(ReadOnlySpan<byte> start)
    {
        if (start.Length > RoomBefore)
        {
            throw new ArgumentException($"There is room for {RoomBefore} bytes, not {start.Length}.", nameof(start));
        }

        start.CopyTo(Buffer.AsSpan(RoomBefore - start.Length));
        return Buffer.AsMemory(RoomBefore - start.Length, start.Length + Length);
    }

    /// <summary>Wipes it.</summary>
    public void Dispose()
    {
        if (buffer is not null)
        {
            CryptographicOperations.ZeroMemory(buffer.AsSpan(0, RoomBefore + Length));
            if (isPooled)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            buffer = null;
        }
    }
}
