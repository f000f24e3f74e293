namespace Scanlock.Audit;

/// <summary>
/// The one writer of a log directory; not safe for concurrent use. An append goes through four steps: (1) when the journal is full,
/// everything published is synchronised and the journal starts anew; (2) the group is written to the journal and synchronised;
/// (3) meanwhile the entry bundle and the tiles that it changes are put in place, where no checkpoint asks for them yet, and the
/// new checkpoint is signed; (4) after both, the checkpoint is replaced, which publishes.
/// </summary>
/// <remarks>
/// Stopped anywhere, the next start completes the groups that the journal holds whole and drops one that it does not, with any
/// tiles of it: an entry is dropped only if its append had not returned. The checkpoint is never ahead of the journal nor of the
/// tiles, so none is ever published that the tiles cannot support.
/// </remarks>
internal sealed class LogWriter : IDisposable
{
    private const string LockFile = ".lock";

    private readonly Disk _disk;
    private readonly NoteSigner _signer;
    private readonly FileStream _lock;
    private readonly Journal _journal;

    // Null after a failed append: memory may then be ahead of the files, and the next append starts from those.
    private RightEdge? _edge;

    private LogWriter(Disk disk, NoteSigner signer, FileStream @lock, Journal journal)
    {
        (_disk, _signer, _lock, _journal) = (disk, signer, @lock, journal);
        (_edge, Head) = LogRecovery.Run(disk, signer, journal);
    }

    /// <summary>The last published tree head.</summary>
    public Checkpoint Head { get; private set; }

    /// <summary>Opens a log, or makes an empty one, and completes what an earlier writer left undone.</summary>
    /// <exception cref="AuditLogException">Another process writes it, it is another key's, or it is damaged.</exception>
    public static LogWriter Open(
        string directory, NoteSigner signer, int journalCapacity = Journal.DefaultCapacity, Action<DiskStep>? observer = null)
    {
        if (signer.Verifier.Kind != NoteKeyKind.Log)
        {
            throw new ArgumentException("A log is written with a log's key, not a witness's.", nameof(signer));
        }

        FileStream? @lock = null;
        Journal? journal = null;
        try
        {
            var disk = new Disk(Directory.CreateDirectory(directory).FullName, observer);
            @lock = TakeLock(disk);
            journal = LogRecovery.Prepare(disk, signer, journalCapacity);
            return new LogWriter(disk, signer, @lock, journal);
        }
        catch (Exception e)
        {
            journal?.Dispose();
            @lock?.Dispose();
            if (IsUnwritable(e))
            {
                throw new AuditLogException($"The log in {directory} cannot be opened for writing: {e.Message}", e);
            }

            throw;
        }
    }

    /// <summary>
    /// Appends a group and returns the index of its first entry, once all of it is durable and published.
    /// When it throws, none of it is in the log, or the message says that it may come to be.
    /// </summary>
    /// <exception cref="AuditLogException">The log cannot be written, or its files are not what was left there.</exception>
    public long Append(IReadOnlyCollection<byte[]> entries)
    {
        try
        {
            if (_edge is null)
            {
                (_edge, Head) = LogRecovery.Run(_disk, _signer, _journal);
            }

            if (!_journal.HasRoomFor(entries.Sum(EntryBundle.Length)))
            {
                Settle();
            }

            var first = _edge.Size;
            Head = Publish(_edge, entries);
            _journal.Keep();
            return first;
        }
        catch (Exception e)
        {
            _edge = null;
            TakeBack(e);
            if (IsUnwritable(e))
            {
                throw new AuditLogException($"The log in {_disk.Root} cannot be written: {e.Message}", e);
            }

            throw;
        }
    }

    /// <summary>Settles what is published, unless the last append failed: then the journal is what the next start needs.</summary>
    public void Close()
    {
        if (_edge is not null)
        {
            Settle();
        }
    }

    public void Dispose()
    {
        _journal.Dispose();
        _lock.Dispose();
    }

    // Makes everything published durable where it lies, so that the journal starts anew.
    private void Settle()
    {
        _disk.Settle();
        _journal.Reset(Head.Size, Head.Root);
        _disk.DeleteRetired();
    }

    private Checkpoint Publish(RightEdge edge, IReadOnlyCollection<byte[]> entries)
    {
        var first = edge.Size;
        var journalled = Task.Run(() => _journal.Append(first, entries));
        Checkpoint head;
        try
        {
            foreach (var entry in entries)
            {
                edge.Append(entry, _disk);
            }

            edge.PutPartials(_disk);
            head = Checkpoint.Sign(_signer, edge.Size, edge.Root());
        }
        finally
        {
            journalled.GetAwaiter().GetResult();
        }

        _disk.Put(TilePath.Checkpoint, head.ToBytes());
        return head;
    }

    private void TakeBack(Exception cause)
    {
        try
        {
            _journal.Undo();
        }
        catch (Exception e) when (IsUnwritable(e))
        {
            throw new AuditLogException(
                "An audit entry was neither published nor taken back from the log's journal: it may come to be in the log. "
                + $"{cause.Message} {e.Message}", e);
        }
    }

    private static bool IsUnwritable(Exception e) => e is IOException or UnauthorizedAccessException;

    private static FileStream TakeLock(Disk disk)
    {
        try
        {
            return new FileStream(disk.Full(LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new AuditLogException($"The log in {disk.Root} cannot be locked: another process may have it open for writing. {e.Message}", e);
        }
    }
}
