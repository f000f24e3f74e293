using System.Text;

namespace Scanlock.Audit;

/// <summary>Brings a log directory, however its last writer ended, to the one state that its journal and tiles allow.</summary>
internal static class LogRecovery
{
    /// <summary>Makes an empty log where there is none, and checks that an existing one is this key's.</summary>
    public static Journal Prepare(Disk disk, NoteSigner signer, int journalCapacity)
    {
        var key = signer.Verifier;
        var isKnown = VerifierKey.TryParse(Encoding.UTF8.GetString(disk.Read(TilePath.VerifierKey) ?? []), out var known, out _);
        if (isKnown && known!.ToString() != key.ToString())
        {
            throw new AuditLogException($"The log in {disk.Root} was written with the key {known}, not with {key}. Nothing was changed.");
        }

        var published = ReadCheckpoint(disk, key);
        if (!isKnown)
        {
            disk.PutDurably(TilePath.VerifierKey, Encoding.UTF8.GetBytes($"{key}\n"));
        }

        if (Journal.Open(disk) is { } journal)
        {
            return journal;
        }

        var (size, root) = WithoutJournal(disk, published);
        Journal.Create(disk, size, root, journalCapacity);
        return Journal.Open(disk)!;
    }

    /// <summary>
    /// Reads the right edge of the tree that the journal goes on from, applies the journal, checks the result against the
    /// checkpoint, and publishes and settles whatever is not.
    /// </summary>
    public static (RightEdge Edge, Checkpoint Head) Run(Disk disk, NoteSigner signer, Journal journal)
    {
        disk.Forget();
        var edge = RightEdge.Read(disk, journal.BaseSize, journal.BaseRoot);
        var published = ReadCheckpoint(disk, signer.Verifier);
        var pending = journal.ReadEntries();
        var end = edge.Size + pending.Count;
        if (published?.Size > end)
        {
            throw new AuditLogException(
                $"The checkpoint of the log in {disk.Root} is signed for {published.Size} entries, but the log holds {end}: "
                + "its files were rolled back or damaged. Nothing was changed.");
        }

        CheckFits(disk, published, edge);
        foreach (var entry in pending)
        {
            edge.Append(entry, disk);
            CheckFits(disk, published, edge);
        }

        // The tiles of a group that the journal does not hold whole may be in place: they must not be taken for what comes instead.
        edge.PutPartials(disk);
        edge.Heal(disk);
        var head = published;
        if (pending.Count > 0 || head?.Size != end)
        {
            head = Checkpoint.Sign(signer, edge.Size, edge.Root());
            disk.Put(TilePath.Checkpoint, head.ToBytes());
            disk.Settle();
            journal.Reset(head.Size, head.Root);
        }

        edge.RetireLeftovers(disk);
        disk.DeleteRetired();
        return (edge, head);
    }

    // A log that came without its journal, such as a copy of the published files, goes on from its checkpoint.
    private static (long Size, TreeHash Root) WithoutJournal(Disk disk, Checkpoint? published)
    {
        if (published is not null)
        {
            _ = RightEdge.Read(disk, published.Size, published.Root);
            return (published.Size, published.Root);
        }

        return Directory.Exists(disk.Full("tile"))
            ? throw new AuditLogException($"{disk.Root} holds tiles of a log, but no readable checkpoint and no journal. Nothing was changed.")
            : (0, TreeHash.EmptyRoot);
    }

    /// <summary>The published checkpoint; null where there is none or it is torn, which the journal makes good.</summary>
    private static Checkpoint? ReadCheckpoint(Disk disk, VerifierKey key)
    {
        if (disk.Read(TilePath.Checkpoint) is not { } bytes || !Checkpoint.TryParse(bytes, out var checkpoint, out _))
        {
            return null;
        }

        return checkpoint.IsSignedBy(key, out var fault)
            ? checkpoint
            : throw new AuditLogException($"The checkpoint of the log in {disk.Root} is not this log's: {fault}. Nothing was changed.");
    }

    private static void CheckFits(Disk disk, Checkpoint? published, RightEdge edge)
    {
        if (published?.Size == edge.Size && published.Root != edge.Root())
        {
            throw new AuditLogException(
                $"The checkpoint of the log in {disk.Root} does not fit its entries: the root over the first {edge.Size} is another.");
        }
    }
}
