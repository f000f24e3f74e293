using System.Runtime.CompilerServices;
using Scanlock.Contracts;
using Scanlock.Contracts.Audit;

namespace Scanlock.Audit;

/// <summary>One entry as the log holds it.</summary>
public sealed record LogEntry(long Index, ReadOnlyMemory<byte> Bytes);

/// <summary>One entry, read as a gateway's audit entry.</summary>
public sealed record FoundEntry(long Index, AuditEntry Entry);

/// <summary>
/// Reads a log's files as they are, with bounded memory however long the log is. Reading proves nothing: see <see cref="LogVerifier"/>.
/// </summary>
public sealed class LogReader(ITileSource source)
{
    // Files asked for ahead of their use: hides the distance to a log over HTTP, and bounds what is held.
    private const int Ahead = 8;

    public ITileSource Source => source;

    /// <summary>The checkpoint as published; check <see cref="Checkpoint.IsSignedBy"/> before believing it.</summary>
    /// <exception cref="AuditLogException">There is none, or it is not a checkpoint.</exception>
    public async Task<Checkpoint> CheckpointAsync(CancellationToken cancellationToken)
    {
        var bytes = await source.ReadAsync(TilePath.Checkpoint, SignedNote.MaxBytes, cancellationToken)
            ?? throw new AuditLogException($"{source.Name} has no checkpoint; is it the directory or address of a log?");
        return Checkpoint.TryParse(bytes, out var checkpoint, out var fault)
            ? checkpoint
            : throw new AuditLogException($"The checkpoint of {source.Name} is not one: {fault}.");
    }

    /// <summary>The entries of the tree of that size from one index on, in order.</summary>
    /// <exception cref="AuditLogException">A bundle is missing or not as long as it must be; <see cref="LogVerifier"/> says more.</exception>
    public async IAsyncEnumerable<LogEntry> EntriesAsync(
        long size, long from = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var bundles = Enumerable.Range(0, int.MaxValue)
            .Select(i => (from / TilePath.Width) + i)
            .TakeWhile(number => number * TilePath.Width < size);
        await foreach (var bundle in ReadAheadAsync(bundles, number => BundleAsync(number, size, cancellationToken)))
        {
            foreach (var entry in bundle.Where(entry => entry.Index >= from))
            {
                yield return entry;
            }
        }
    }

    /// <summary>What a query finds, oldest or newest first.</summary>
    public async IAsyncEnumerable<FoundEntry> SearchAsync(
        AuditQuery query, bool newestFirst = false, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var size = (await CheckpointAsync(cancellationToken)).Size;
        var last = (size - 1) / TilePath.Width;
        var bundles = Enumerable.Range(0, int.MaxValue)
            .Select(i => newestFirst ? last - i : i)
            .TakeWhile(number => size > 0 && number >= 0 && number <= last);
        await foreach (var bundle in ReadAheadAsync(bundles, number => BundleAsync(number, size, cancellationToken)))
        {
            foreach (var entry in newestFirst ? bundle.AsEnumerable().Reverse() : bundle)
            {
                var found = new FoundEntry(entry.Index, Read(entry));
                if (query.Finds(found.Entry))
                {
                    yield return found;
                }
            }
        }
    }

    /// <summary>Proves that an entry is under the checkpoint given, which must be this log's.</summary>
    public async Task<InclusionProof> ProveAsync(long index, Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        if (index < 0 || index >= checkpoint.Size)
        {
            throw new AuditLogException($"The log has no entry {index}; its checkpoint is over {checkpoint.Size} entries.");
        }

        var bundle = await BundleAsync(index / TilePath.Width, checkpoint.Size, cancellationToken);
        var hashes = await new TileTree(source, checkpoint.Size, cancellationToken).Proofs.InclusionAsync(index, checkpoint.Size);
        return new InclusionProof(index, bundle[(int)(index % TilePath.Width)].Bytes, hashes, checkpoint);
    }

    /// <summary>An RFC 6962 consistency proof from an earlier size to the checkpoint's, from tiles alone.</summary>
    public async Task<IReadOnlyList<TreeHash>> ProveConsistencyAsync(long earlierSize, Checkpoint checkpoint, CancellationToken cancellationToken) =>
        await new TileTree(source, checkpoint.Size, cancellationToken).Proofs.ConsistencyAsync(earlierSize, checkpoint.Size);

    /// <summary>Reads an entry's bytes as an audit entry.</summary>
    /// <exception cref="AuditLogException">They are not one.</exception>
    public static AuditEntry Read(LogEntry entry)
    {
        try
        {
            return Wire.Read(entry.Bytes.Span, ContractsJson.Strict.AuditEntry);
        }
        catch (WireFormatException e)
        {
            throw new AuditLogException($"Entry {entry.Index} is not an audit entry: {e.Message}", e);
        }
    }

    /// <summary>
    /// A file that may lie under its full name or, in a smaller tree, under a partial one: logs may drop a partial file
    /// once the full one is there. Null where there is neither.
    /// </summary>
    internal static async Task<byte[]?> ReadPartialOrFullAsync(
        ITileSource source, Func<int, string> path, int width, int maxBytes, CancellationToken cancellationToken) =>
        await source.ReadAsync(path(width), maxBytes, cancellationToken)
        ?? (width < TilePath.Width ? await source.ReadAsync(path(TilePath.Width), maxBytes, cancellationToken) : null);

    /// <summary>Runs up to a bounded number of reads ahead of the consumer, and hands their results out in order.</summary>
    internal static async IAsyncEnumerable<T> ReadAheadAsync<T>(IEnumerable<long> numbers, Func<long, Task<T>> read)
    {
        var ahead = new Queue<Task<T>>();
        try
        {
            foreach (var number in numbers)
            {
                ahead.Enqueue(read(number));
                if (ahead.Count == Ahead)
                {
                    yield return await ahead.Dequeue();
                }
            }

            while (ahead.TryDequeue(out var next))
            {
                yield return await next;
            }
        }
        finally
        {
            // Reads that nobody waits for any more still end here, so that none outlives the log's files; their outcome is moot.
            await Task.WhenAll(ahead).ContinueWith(static t => t.Exception, TaskScheduler.Default);
        }
    }

    private async Task<IReadOnlyList<LogEntry>> BundleAsync(long number, long size, CancellationToken cancellationToken)
    {
        var width = TilePath.WidthAt(0, number, size);
        var bytes = await ReadPartialOrFullAsync(source, w => TilePath.OfEntries(number, w), width, EntryBundle.MaxBytes, cancellationToken);
        var entries = EntryBundle.Parse(bytes, out _);
        return entries.Count >= width
            ? [.. entries.Take(width).Select((entry, i) => new LogEntry((number * TilePath.Width) + i, entry))]
            : throw new AuditLogException(
                $"{TilePath.OfEntries(number, width)} of {source.Name} holds {entries.Count} entries where the checkpoint asks for {width}.");
    }
}
