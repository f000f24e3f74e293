using System.Buffers;
using System.Globalization;

namespace Scanlock.Audit;

/// <summary>The end of a log's tree as its writer holds it: what the next entry will change, however long the log is.</summary>
internal sealed class RightEdge
{
    private readonly TreeBuilder _tree;
    private readonly ArrayBufferWriter<byte> _bundle;

    // Paths of the partial files in place. One that did not change is not put again: the one that the journal goes on from is
    // durable, and putting it anew would make it not so for a while.
    private HashSet<string> _inPlace;

    private RightEdge(TreeBuilder tree, ArrayBufferWriter<byte> bundle)
    {
        (_tree, _bundle) = (tree, bundle);
        _inPlace = [.. Partials().Select(p => p.Path)];
    }

    public long Size => _tree.Size;

    public TreeHash Root() => _tree.Root();

    /// <summary>Reads the edge of the tree of that size from its tiles and checks that it leads to that root.</summary>
    /// <exception cref="AuditLogException">A tile or bundle is missing or is not what the root vouches for.</exception>
    public static RightEdge Read(Disk disk, long size, TreeHash root)
    {
        var edge = new List<IReadOnlyList<TreeHash>>();
        for (var level = 0; size >> (level * TilePath.Height) != 0; level++)
        {
            var index = TilePath.FullTiles(level, size);
            var width = TilePath.WidthAt(level, index, size);
            var path = TilePath.OfTile(level, index, width);
            edge.Add(width == 0 ? [] : Tile.Parse(disk.Read(path), width) ?? throw Damaged(disk, path, $"missing, or not {width} hashes"));
        }

        var tree = TreeBuilder.FromEdge(size, edge);
        if (tree.Root() != root)
        {
            throw Damaged(disk, "tile/", $"not the tree that it was: its right edge does not lead to the root over {size} entries");
        }

        return new RightEdge(tree, ReadBundle(disk, size, tree.Edge(0)));
    }

    /// <summary>Adds an entry and puts the bundle and tiles that it fills.</summary>
    public void Append(byte[] entry, Disk disk)
    {
        var number = Size / TilePath.Width;
        EntryBundle.Append(_bundle, entry);
        _tree.Append(TreeHash.OfLeaf(entry), tile =>
        {
            disk.Put(tile.Path, tile.ToBytes());
            disk.Retire(tile.Path + ".p");
        });
        if (Size % TilePath.Width == 0)
        {
            var path = TilePath.OfEntries(number, TilePath.Width);
            disk.Put(path, _bundle.WrittenSpan);
            disk.Retire(path + ".p");
            _bundle.ResetWrittenCount();
        }
    }

    /// <summary>Puts the partial bundle and tiles that changed since they were last put.</summary>
    public void PutPartials(Disk disk)
    {
        var before = _inPlace;
        _inPlace = [];
        foreach (var (path, bytes) in Partials())
        {
            _inPlace.Add(path);
            if (!before.Remove(path))
            {
                disk.Put(path, bytes().Span);
            }
        }

        foreach (var superseded in before)
        {
            disk.Supersede(superseded);
        }
    }

    /// <summary>
    /// Makes the shorter partial tiles at the right edge what they were, and removes longer ones: they are put without being
    /// synchronised one by one, so that loss of power can leave them torn.
    /// </summary>
    public void Heal(Disk disk)
    {
        foreach (var (path, bytes) in Partials())
        {
            var directory = Path.GetDirectoryName(path)!;
            var width = int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture);
            var whole = bytes();
            foreach (var file in Directory.GetFiles(disk.Full(directory)))
            {
                var name = Path.GetFileName(file);
                var sibling = $"{directory}/{name}";
                if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var shorter) || shorter > width)
                {
                    disk.Delete(sibling);
                }
                else if (shorter < width && !disk.Read(sibling).AsSpan().SequenceEqual(Prefix(path, whole, shorter).Span))
                {
                    disk.Put(sibling, Prefix(path, whole, shorter).Span);
                }
            }
        }
    }

    /// <summary>
    /// Retires what a writer that was stopped left on either side of the edge: partial files of full tiles, which it deletes oldest
    /// first, and files of a group that never came to be.
    /// </summary>
    public void RetireLeftovers(Disk disk)
    {
        RetireLeftovers(disk, 0, i => TilePath.OfEntries(i, TilePath.Width));
        for (var level = 0; level <= _tree.TileLevels; level++)
        {
            var of = level;
            RetireLeftovers(disk, level, i => TilePath.OfTile(of, i, TilePath.Width));
        }
    }

    private void RetireLeftovers(Disk disk, int level, Func<long, string> full)
    {
        var edge = TilePath.FullTiles(level, Size);
        var first = edge;
        while (first > 0 && disk.Exists(full(first - 1) + ".p"))
        {
            first--;
        }

        for (var i = first; i < edge; i++)
        {
            disk.Retire(full(i) + ".p");
        }

        for (var i = edge; i == edge || disk.Exists(full(i)) || disk.Exists(full(i) + ".p"); i++)
        {
            disk.Retire(full(i));
            if (i > edge || _tree.Edge(level).Count == 0)
            {
                disk.Retire(full(i) + ".p");
            }
        }
    }

    private IEnumerable<(string Path, Func<ReadOnlyMemory<byte>> Bytes)> Partials()
    {
        for (var level = 0; level < _tree.TileLevels; level++)
        {
            if (_tree.Edge(level) is { Count: > 0 } hashes)
            {
                var tile = new Tile(level, TilePath.FullTiles(level, Size), hashes);
                yield return (tile.Path, () => tile.ToBytes());
            }
        }

        if (_bundle.WrittenCount > 0)
        {
            yield return (TilePath.OfEntries(Size / TilePath.Width, (int)(Size % TilePath.Width)), () => _bundle.WrittenMemory);
        }
    }

    private static ReadOnlyMemory<byte> Prefix(string path, ReadOnlyMemory<byte> whole, int width) =>
        path.StartsWith(TilePath.Entries, StringComparison.Ordinal)
        ? whole[..EntryBundle.Parse(whole, out _).Take(width).Sum(entry => sizeof(ushort) + entry.Length)]
        : whole[..(width * TreeHash.Size)];

    private static ArrayBufferWriter<byte> ReadBundle(Disk disk, long size, IReadOnlyList<TreeHash> leaves)
    {
        var bundle = new ArrayBufferWriter<byte>();
        if (leaves.Count > 0)
        {
            var path = TilePath.OfEntries(size / TilePath.Width, leaves.Count);
            bundle.Write(disk.Read(path) ?? throw Damaged(disk, path, "missing"));
            var entries = EntryBundle.Parse(bundle.WrittenMemory, out var whole);
            if (!whole || !entries.Select(entry => TreeHash.OfLeaf(entry.Span)).SequenceEqual(leaves))
            {
                throw Damaged(disk, path, "not the entries that its tile has the hashes of");
            }
        }

        return bundle;
    }

    private static AuditLogException Damaged(Disk disk, string path, string why) =>
        new($"The log in {disk.Root} is damaged: {path} is {why}. Nothing was changed; restore the directory, then open the log again.");
}
