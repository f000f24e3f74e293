using System.Threading.Channels;
using Scanlock.Contracts;
using Scanlock.Contracts.Audit;

namespace Scanlock.Audit;

/// <summary>
/// A gateway's log, open for appending. One process writes a directory at a time; anyone may read its files meanwhile.
/// Appends that come together share one synchronisation and one checkpoint.
/// </summary>
public sealed class AuditLog : IAsyncDisposable
{
    /// <summary>The most bytes an entry may have as canonical JSON; what tlog-tiles can hold.</summary>
    public const int MaxEntryBytes = EntryBundle.MaxEntry;

    private const int MaxGroupEntries = 1024;
    private const int MaxGroupBytes = 1024 * 1024;

    private readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(
        new BoundedChannelOptions(MaxGroupEntries) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly LogWriter _writer;
    private readonly TimeProvider _time;
    private readonly Task _writing;

    private AuditLog(string directory, LogWriter writer, TimeProvider time)
    {
        (_writer, _time) = (writer, time);
        Reader = new LogReader(new DirectoryTiles(directory));
        _writing = Task.Run(WriteGroupsAsync);
    }

    /// <summary>The last published tree head; every append that has returned is under it.</summary>
    public Checkpoint Head => _writer.Head;

    /// <summary>Reads the same log.</summary>
    public LogReader Reader { get; }

    /// <summary>
    /// Opens the log in a directory, or makes an empty one with <c>log.vkey</c> beside it. Whatever a killed writer left is
    /// completed or dropped first: every entry whose append had returned is there, exactly once.
    /// </summary>
    /// <exception cref="AuditLogException">
    /// The directory cannot be written, another process writes it, it is another key's, or its files are damaged.
    /// </exception>
    public static AuditLog Open(string directory, NoteSigner signer, TimeProvider time) =>
        new(directory, LogWriter.Open(directory, signer), time);

    /// <summary>
    /// Appends an entry, with the log's own time in place of the one it bears, and returns its index once it is durable and under
    /// a published checkpoint. When it throws, the entry is not in the log and the act it tells of must not be done.
    /// Cancelling counts until the entry's group is taken up; from then on the outcome is waited for.
    /// </summary>
    /// <exception cref="ArgumentException">The entry is larger than <see cref="MaxEntryBytes"/>.</exception>
    /// <exception cref="AuditLogException">The log cannot be written, or its files are not what was left there.</exception>
    public Task<long> AppendAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        var bytes = Wire.Write(entry with { At = _time.GetUtcNow() }, ContractsJson.Strict.AuditEntry);
        return bytes.Length > MaxEntryBytes
            ? throw new ArgumentException(
                $"An audit entry of {bytes.Length} bytes is larger than the {MaxEntryBytes} that a log can hold.", nameof(entry))
            : AppendAsync(bytes, cancellationToken);
    }

    /// <summary>Finishes the appends under way and closes the log.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_queue.Writer.TryComplete())
        {
            try
            {
                await _writing;
            }
            finally
            {
                _writer.Dispose();
            }
        }
    }

    internal async Task<long> AppendAsync(byte[] entry, CancellationToken cancellationToken)
    {
        var pending = new Pending(entry);
        try
        {
            await _queue.Writer.WriteAsync(pending, cancellationToken);
        }
        catch (ChannelClosedException e)
        {
            throw new ObjectDisposedException("The audit log is closed.", e);
        }

        await using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((Pending)state!).Cancel(token), pending);
        return await pending.Outcome;
    }

    private async Task WriteGroupsAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            // Those whose append has just returned are about to append again: let them join this group.
            await Task.Yield();
            WriteGroup(TakeGroup());
        }

        _writer.Close();
    }

    private List<Pending> TakeGroup()
    {
        var group = new List<Pending>();
        var bytes = 0;
        while (group.Count < MaxGroupEntries && bytes < MaxGroupBytes && _queue.Reader.TryRead(out var next))
        {
            if (next.Take())
            {
                group.Add(next);
                bytes += next.Entry.Length;
            }
        }

        return group;
    }

    private void WriteGroup(List<Pending> group)
    {
        if (group.Count == 0)
        {
            return;
        }

        long first;
        try
        {
            first = _writer.Append([.. group.Select(p => p.Entry)]);
        }
        catch (Exception e)
        {
            // The exception belongs to those who wait; a later append tries afresh.
            group.ForEach(p => p.Fail(e));
            return;
        }

        for (var i = 0; i < group.Count; i++)
        {
            group[i].Complete(first + i);
        }
    }

    /// <summary>One append under way: waiting, then either cancelled or taken up, then decided.</summary>
    private sealed class Pending(byte[] entry)
    {
        private readonly TaskCompletionSource<long> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left;

        public byte[] Entry => entry;
        public Task<long> Outcome => _outcome.Task;

        public bool Take() => Interlocked.Exchange(ref _left, 1) == 0;

        public void Cancel(CancellationToken token)
        {
            if (Take())
            {
                _outcome.SetCanceled(token);
            }
        }

        public void Complete(long index) => _outcome.SetResult(index);

        public void Fail(Exception e) => _outcome.SetException(e);
    }
}
