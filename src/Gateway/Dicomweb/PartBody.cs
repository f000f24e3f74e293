using System.Buffers;
using System.Diagnostics;

namespace Scanlock.Gateway.Dicomweb;

/// <summary>
/// The body of one part as it arrives: its beginning was looked at, and where reading fails, that is known to be the sender's doing. A sender
/// that is silent or trickles is taken for one that broke off, for its part holds up an intake worker.
/// </summary>
internal sealed class PartBody : Stream
{
    /// <summary>Holds a slice of 512 rows and columns, header and all.</summary>
    private const int HeldBytes = 1 << 20;

    /// <summary>Bytes that buy a second more, half a megabit: slower than any line a PACS stands on, its connections together.</summary>
    private const double SlowestBytesPerSecond = 64 << 10;

    private readonly Stream _rest;
    private readonly TimeSpan _patience;
    private readonly CancellationToken _gone;
    private readonly CancellationTokenSource _tooLate;
    private byte[] _head = ArrayPool<byte>.Shared.Rent(SopReference.HeadBytes);
    private int _headLength;
    private int _position;
    private long _received;
    private TimeSpan _waited;

    private PartBody(Stream rest, TimeSpan patience, CancellationToken cancellationToken) =>
        (_rest, _patience, _gone, _tooLate) = (rest, patience, cancellationToken, CancellationTokenSource.CreateLinkedTokenSource(cancellationToken));

    /// <summary>What the part calls its object, where it says.</summary>
    public SopReference? Sop { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>The whole part to read, or null where its sender broke off at its beginning.</summary>
    /// <param name="patience">How long to wait for the sender in all, beside the time that what it has sent takes on a slow line.</param>
    public static async Task<PartBody?> OpenAsync(Stream part, TimeSpan patience, CancellationToken cancellationToken)
    {
        var body = new PartBody(part, patience, cancellationToken);
        try
        {
            while (body._headLength < SopReference.HeadBytes
                && await body.ReceiveAsync(body._head.AsMemory(body._headLength, SopReference.HeadBytes - body._headLength), cancellationToken) is > 0 and var count)
            {
                body._headLength += count;
            }
        }
        catch (BrokenPartException)
        {
            await body.DisposeAsync();
            return null;
        }

        body.Sop = SopReference.Read(body._head.AsSpan(0, body._headLength));
        return body;
    }

    /// <summary>Receives all of a part that is no longer than a slice, so that its sender is waited for before a worker is taken; false where there is more.</summary>
    public async Task<bool> HoldAsync(CancellationToken cancellationToken)
    {
        var held = ArrayPool<byte>.Shared.Rent(HeldBytes);
        _head.AsSpan(0, _headLength).CopyTo(held);
        ArrayPool<byte>.Shared.Return(_head, clearArray: true);
        _head = held;
        while (_headLength < HeldBytes)
        {
            var count = await ReceiveAsync(_head.AsMemory(_headLength, HeldBytes - _headLength), cancellationToken);
            if (count == 0)
            {
                return true;
            }

            _headLength += count;
        }

        return false;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position == _headLength)
        {
            return await ReceiveAsync(buffer, cancellationToken);
        }

        var count = Math.Min(buffer.Length, _headLength - _position);
        _head.AsMemory(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Nothing to do; what wraps a stream flushes it in closing.</summary>
    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            ArrayPool<byte>.Shared.Return(_head, clearArray: true);
            _tooLate.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <exception cref="BrokenPartException">The sender broke off, is too slow, or sends what is no multipart.</exception>
    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var left = _patience + TimeSpan.FromSeconds(_received / SlowestBytesPerSecond) - _waited;
        _tooLate.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        var began = Stopwatch.GetTimestamp();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_tooLate.Token, cancellationToken);
        try
        {
            var count = await _rest.ReadAsync(buffer, either.Token);
            _received += count;
            return count;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested && !_gone.IsCancellationRequested)
        {
            throw new BrokenPartException("The sender is silent, or too slow.", e);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new BrokenPartException("The part cannot be read to its end.", e);
        }
        finally
        {
            _tooLate.CancelAfter(Timeout.InfiniteTimeSpan);
            _waited += Stopwatch.GetElapsedTime(began);
        }
    }
}

/// <summary>A part could not be read to its end, which is its sender's doing; of its own type, for stores and workers fail with others.</summary>
internal sealed class BrokenPartException : Exception
{
    public BrokenPartException() { }
    public BrokenPartException(string message) : base(message) { }
    public BrokenPartException(string message, Exception innerException) : base(message, innerException) { }
}
