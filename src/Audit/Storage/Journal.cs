using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Scanlock.Audit;

/// <summary>
/// What makes an append durable with one synchronisation: groups of entries, written behind one another into a file of fixed size,
/// kept until the tiles that hold them are durable too.
/// </summary>
/// <remarks>
/// Two header slots, written in turn, so that one is whole at any instant; then records. A header says from which tree the records
/// go on; its epoch tells them from those of earlier rounds. Each record is: SHA-256 over the rest, epoch, index of the first entry,
/// length, then entries as a bundle holds them. A record that is not whole ends the journal: it was never acknowledged.
/// </remarks>
internal sealed class Journal : IDisposable
{
    public const string Path = ".journal";
    public const int DefaultCapacity = 8 * 1024 * 1024;

    private const int SlotSize = 4096;
    private const int FirstRecord = 2 * SlotSize;
    private const int HeaderSize = 8 + 8 + 8 + TreeHash.Size + HashSize;
    private const int RecordHeaderSize = HashSize + 8 + 8 + 4;
    private const int HashSize = SHA256.HashSizeInBytes;
    private static ReadOnlySpan<byte> Magic => "SLAUDIT1"u8;

    private readonly Disk _disk;
    private readonly SafeFileHandle _file;
    private readonly long _capacity;
    private long _epoch;
    private long _end = FirstRecord;

    // Where the record of an append that is not yet published begins.
    private long? _unpublished;

    private Journal(Disk disk, SafeFileHandle file)
    {
        (_disk, _file) = (disk, file);
        _capacity = RandomAccess.GetLength(file);
    }

    /// <summary>The size of the tree that the first record goes on from.</summary>
    public long BaseSize { get; private set; }
    public TreeHash BaseRoot { get; private set; }

    /// <summary>Makes a journal that goes on from a tree whose tiles are durable. Written over, not grown: that keeps synchronising cheap.</summary>
    public static void Create(Disk disk, long size, TreeHash root, int capacity)
    {
        var bytes = new byte[Math.Max(capacity, FirstRecord + RecordHeaderSize + sizeof(ushort) + EntryBundle.MaxEntry)];
        WriteHeader(bytes, epoch: 1, size, root);
        disk.PutDurably(Path, bytes);
    }

    /// <summary>Opens the journal, or null where there is none.</summary>
    /// <exception cref="AuditLogException">Neither of its headers is whole.</exception>
    public static Journal? Open(Disk disk)
    {
        if (!File.Exists(disk.Full(Path)))
        {
            return null;
        }

        var file = File.OpenHandle(disk.Full(Path), FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        var journal = new Journal(disk, file);
        var found = false;
        for (var slot = 0; slot < 2; slot++)
        {
            var header = new byte[HeaderSize];
            if (RandomAccess.Read(file, header, slot * SlotSize) == HeaderSize && header.AsSpan().StartsWith(Magic)
                && SHA256.HashData(header.AsSpan(0, HeaderSize - HashSize)).AsSpan().SequenceEqual(header.AsSpan(HeaderSize - HashSize))
                && BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(8)) is var epoch && epoch > journal._epoch)
            {
                found = true;
                journal._epoch = epoch;
                journal.BaseSize = BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(16));
                journal.BaseRoot = TreeHash.FromBytes(header.AsSpan(24, TreeHash.Size));
            }
        }

        if (!found)
        {
            file.Dispose();
            throw new AuditLogException($"The log's journal, {disk.Full(Path)}, is damaged: neither of its two headers is whole.");
        }

        return journal;
    }

    /// <summary>The entries of all whole records, in order, which are to be completed now; the next record goes behind them.</summary>
    public List<byte[]> ReadEntries()
    {
        var entries = new List<byte[]>();
        (_end, _unpublished) = (FirstRecord, null);
        var header = new byte[RecordHeaderSize];
        while (_end + RecordHeaderSize <= _capacity && RandomAccess.Read(_file, header, _end) == RecordHeaderSize)
        {
            var fields = header.AsSpan(HashSize);
            var length = BinaryPrimitives.ReadInt32BigEndian(fields[16..]);
            if (BinaryPrimitives.ReadInt64BigEndian(fields) != _epoch
                || BinaryPrimitives.ReadInt64BigEndian(fields[8..]) != BaseSize + entries.Count
                || length < 0 || length > _capacity - _end - RecordHeaderSize)
            {
                break;
            }

            var record = new byte[RecordHeaderSize - HashSize + length];
            var read = RandomAccess.Read(_file, record, _end + HashSize);
            if (read != record.Length || !SHA256.HashData(record).AsSpan().SequenceEqual(header.AsSpan(0, HashSize)))
            {
                break;
            }

            entries.AddRange(EntryBundle.Parse(record.AsMemory(RecordHeaderSize - HashSize), out _, int.MaxValue).Select(e => e.ToArray()));
            _end += RecordHeaderSize + length;
        }

        return entries;
    }

    /// <summary>Whether a group whose entries take that many bytes in a bundle still fits.</summary>
    public bool HasRoomFor(int length) => _end + RecordHeaderSize + length <= _capacity;

    /// <summary>Returns once the group is durable.</summary>
    public void Append(long firstIndex, IReadOnlyCollection<byte[]> entries)
    {
        var record = new byte[RecordHeaderSize + entries.Sum(EntryBundle.Length)];
        var at = RecordHeaderSize;
        foreach (var entry in entries)
        {
            EntryBundle.Write(record.AsSpan(at), entry);
            at += EntryBundle.Length(entry);
        }

        var fields = record.AsSpan(HashSize);
        BinaryPrimitives.WriteInt64BigEndian(fields, _epoch);
        BinaryPrimitives.WriteInt64BigEndian(fields[8..], firstIndex);
        BinaryPrimitives.WriteInt32BigEndian(fields[16..], record.Length - RecordHeaderSize);
        SHA256.HashData(fields, record);

        _unpublished = _end;
        Write(record, _end);
        Sync();
        _end += record.Length;
    }

    /// <summary>Takes the last record back, durably: its entries were not acknowledged and are not to appear.</summary>
    public void Undo()
    {
        if (_unpublished is { } at)
        {
            Write(new byte[RecordHeaderSize], at);
            Sync();
            (_end, _unpublished) = (at, null);
        }
    }

    /// <summary>The last record's entries are published and stay.</summary>
    public void Keep() => _unpublished = null;

    /// <summary>Starts anew from a tree whose tiles are durable.</summary>
    public void Reset(long size, TreeHash root)
    {
        var header = new byte[HeaderSize];
        WriteHeader(header, _epoch + 1, size, root);
        Write(header, _epoch % 2 * SlotSize);
        Sync();
        (_epoch, BaseSize, BaseRoot, _end, _unpublished) = (_epoch + 1, size, root, FirstRecord, null);
    }

    public void Dispose() => _file.Dispose();

    private static void WriteHeader(Span<byte> header, long epoch, long size, TreeHash root)
    {
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt64BigEndian(header[8..], epoch);
        BinaryPrimitives.WriteInt64BigEndian(header[16..], size);
        root.CopyTo(header[24..]);
        SHA256.HashData(header[..(HeaderSize - HashSize)]).CopyTo(header[(HeaderSize - HashSize)..]);
    }

    private void Write(ReadOnlySpan<byte> bytes, long at)
    {
        _disk.Before(DiskAct.JournalWrite, Path);
        RandomAccess.Write(_file, bytes, at);
    }

    private void Sync()
    {
        _disk.Before(DiskAct.JournalSync, Path);
        // The handle is this object's own and is closed only with it.
        Libc.SyncData((int)_file.DangerousGetHandle(), _disk.Full(Path));
    }
}
