using System.Globalization;
using System.Runtime.InteropServices;

namespace Scanlock.Audit;

/// <summary>The end of a log's tree as its writer holds it: what the next entry will change, however long the log is.</summary>
internal sealed class RightEdge
{
    private readonly TreeBuilder _tree;
    private readonly List<byte> _bundle;

    // Paths of the partial files in place. One that did not change is not put again: the one that the journal goes on from is
    // durable, and putting it anew would make it not so for a while.
    private HashSet<string> _inPlace;

    private RightEdge(TreeBuilder tree, List<byte> bundle)
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
            disk.Put(path, CollectionsMarshal.AsSpan(_bundle));
            disk.Retire(path + ".p");
            _bundle.Clear();
        }
    }

    /// <summary>Puts the partial bundle and tiles that changed since they were last put.</summary>
    public void PutPartials(Disk disk)
    {
        var partials = Partials().ToDictionary(p => p.Path, p => p.Bytes);
        foreach (var path in _inPlace.Where(path => !partials.ContainsKey(path)))
        {
            disk.Supersede(path);
        }

        foreach (var (path, bytes) in partials.Where(p => !_inPlace.Contains(p.Key)))
        {
            disk.Put(path, bytes());
        }

        _inPlace = [.. partials.Keys];
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

    /// <summary>Retires the partial files of full tiles that a writer stopped before deleting: it deletes the oldest first.</summary>
    public void RetireLeftovers(Disk disk)
    {
        Retire(0, i => TilePath.OfEntries(i, TilePath.Width));
        for (var level = 0; level < _tree.TileLevels; level++)
        {
            Retire(level, i => TilePath.OfTile(level, i, TilePath.Width));
        }

        void Retire(int level, Func<long, string> path)
        {
            var last = TilePath.FullTiles(level, Size) - 1;
            var first = last;
            while (first >= 0 && Directory.Exists(disk.Full(path(first) + ".p")))
            {
                first--;
            }

            for (var i = first + 1; i <= last; i++)
            {
                disk.Retire(path(i) + ".p");
            }
        }
    }

    private IEnumerable<(string Path, Func<byte[]> Bytes)> Partials()
    {
        for (var level = 0; level < _tree.TileLevels; level++)
        {
            if (_tree.Edge(level) is { Count: > 0 } hashes)
            {
                var tile = new Tile(level, TilePath.FullTiles(level, Size), hashes);
                yield return (tile.Path, tile.ToBytes);
            }
        }

        if (_bundle.Count > 0)
        {
            yield return (TilePath.OfEntries(Size / TilePath.Width, (int)(Size % TilePath.Width)), () => [.. _bundle]);
        }
    }

    private static ReadOnlyMemory<byte> Prefix(string path, byte[] whole, int width) => path.StartsWith(TilePath.Entries, StringComparison.Ordinal)
        ? whole.AsMemory(0, EntryBundle.Parse(whole, out _).Take(width).Sum(entry => sizeof(ushort) + entry.Length))
        : whole.AsMemory(0, width * TreeHash.Size);

    private static List<byte> ReadBundle(Disk disk, long size, IReadOnlyList<TreeHash> leaves)
    {
        if (leaves.Count == 0)
        {
            return [];
        }

        var path = TilePath.OfEntries(size / TilePath.Width, leaves.Count);
        var bytes = disk.Read(path) ?? throw Damaged(disk, path, "missing");
        var entries = EntryBundle.Parse(bytes, out var whole);
        return whole && entries.Select(entry => TreeHash.OfLeaf(entry.Span)).SequenceEqual(leaves)
            ? [.. bytes]
            : throw Damaged(disk, path, "not the entries that its tile has the hashes of");
    }

    private static AuditLogException Damaged(Disk disk, string path, string why) =>
        new($"The log in {disk.Root} is damaged: {path} is {why}. Nothing was changed; restore the directory, then open the log again.");
}
