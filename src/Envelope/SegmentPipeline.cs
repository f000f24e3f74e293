using System.Security.Cryptography;
using System.Threading.Channels;

namespace Scanlock.Envelope;

/// <summary>
/// Runs a stream through a transformation of segments on all cores, in bounded memory, keeping their order:
/// <list type="number">
/// <item>the reader waits for a free block in a small ring, fills it, starts a worker on it, and queues that work in reading order;</item>
/// <item>the writer takes the queue in order, waits for each piece of work, writes what it made and frees the block;</item>
/// <item>a block with a segment that failed is written up to that segment and ends the run;</item>
/// <item>however it ends, buffers are wiped only when no reader or worker has one in hand.</item>
/// </list>
/// </summary>
internal sealed class SegmentPipeline(
    IReadOnlyList<DataKey> keys, int inputSegmentBytes, int outputSegmentBytes, Action<SegmentBlock> transform)
{
    /// <summary>More workers than this gain nothing: one stream has one reader and one writer.</summary>
    private const int MaxWorkers = 8;

    /// <summary>
    /// Written at a time, at multiples of it. Larger writes to a file make the kernel look for large runs of free memory, which costs more
    /// than twice as much; writes across the edges of pages cost twice for each edge.
    /// </summary>
    private const int PieceBytes = 16 * 1024;

    private readonly SegmentBlock?[] ring = new SegmentBlock?[Math.Min(Environment.ProcessorCount, MaxWorkers) + 2];
    private readonly Channel<Task<SegmentBlock>> queue =
        Channel.CreateUnbounded<Task<SegmentBlock>>(new() { SingleReader = true, SingleWriter = true });

    private volatile bool stopped;

    /// <summary>Bytes read and written of blocks that came through whole, and the segment, if any, that did not authenticate.</summary>
    public sealed record End(long BytesRead, long BytesWritten, long? FailedSegment);

    /// <summary>Runs once. Where there is a <paramref name="digest"/>, what is written is appended to it.</summary>
    /// <param name="start">Where in the destination writing starts, as far as the caller knows.</param>
    public async Task<End> RunAsync(
        Stream source, Stream destination, long start, IncrementalHash? digest, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var free = new SemaphoreSlim(ring.Length);
        var reading = Task.Run(() => ReadAsync(source, free, stop.Token), CancellationToken.None);
        try
        {
            var end = await WriteAsync(destination, start, digest, free, stop.Token);

            // A read under way is let finish, not cancelled: cancelling would close some streams, and the caller may want to read on.
            stopped = true;
            free.Release();
            await reading;
            return end;
        }
        finally
        {
            await stop.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ReleaseAsync();
        }
    }

    private async Task ReadAsync(Stream source, SemaphoreSlim free, CancellationToken cancellationToken)
    {
        try
        {
            SegmentBlock block;
            var next = 0;
            do
            {
                await free.WaitAsync(cancellationToken);
                if (stopped)
                {
                    break;
                }

                block = ring[next] ??= new SegmentBlock(keys, inputSegmentBytes, outputSegmentBytes);
                next = (next + 1) % ring.Length;
                if (await block.FillAsync(source, cancellationToken) > 0)
                {
                    var filled = block;
                    queue.Writer.TryWrite(Task.Run(() => Transform(filled), CancellationToken.None));
                }
            }
            while (block.IsFull);
        }
        finally
        {
            queue.Writer.Complete();
        }
    }

    private SegmentBlock Transform(SegmentBlock block)
    {
        transform(block);
        return block;
    }

    private async Task<End> WriteAsync(
        Stream destination, long start, IncrementalHash? digest, SemaphoreSlim free, CancellationToken cancellationToken)
    {
        long read = 0;
        long written = 0;
        await foreach (var work in queue.Reader.ReadAllAsync(cancellationToken))
        {
            var block = await work;
            await WriteBlockAsync(block, destination, start + written, digest, cancellationToken);
            written += block.Finished.Length;
            if (block.FailedSegment is { } failed)
            {
                return new End(read, written, (read / inputSegmentBytes) + failed);
            }

            read += block.Input.Length;
            free.Release();
        }

        return new End(read, written, null);
    }

    /// <summary>Hashing is slower than writing, so it runs beside it; it must have let go of the block before that is used again.</summary>
    private static async Task WriteBlockAsync(
        SegmentBlock block, Stream destination, long position, IncrementalHash? digest, CancellationToken cancellationToken)
    {
        var hashing = digest is null
            ? Task.CompletedTask
            : Task.Run(() => digest.AppendData(block.Finished.Span), CancellationToken.None);
        try
        {
            for (var rest = block.Finished; !rest.IsEmpty;)
            {
                var piece = rest[..(int)Math.Min(rest.Length, PieceBytes - (position % PieceBytes))];
                await destination.WriteAsync(piece, cancellationToken);
                rest = rest[piece.Length..];
                position += piece.Length;
            }
        }
        finally
        {
            await hashing;
        }
    }

    private async Task ReleaseAsync()
    {
        while (queue.Reader.TryRead(out var work))
        {
            await ((Task)work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        foreach (var block in ring)
        {
            block?.Dispose();
        }
    }
}
