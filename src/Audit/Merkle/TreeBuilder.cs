namespace Scanlock.Audit;

/// <summary>
/// Grows an RFC 6962 tree leaf by leaf: the root at any size and the tiles as they fill, from O(log n) memory.
/// Appending costs amortised constant time, whatever the size of the tree.
/// </summary>
internal sealed class TreeBuilder
{
    // _perfect[k] is the root of the perfect subtree of 2^k leaves that ends the tree's left part, where bit k of the size is set.
    private readonly TreeHash[] _perfect = new TreeHash[63];
    private readonly List<List<TreeHash>> _edge = [[]];

    public long Size { get; private set; }

    /// <summary>Levels of tiles that hold something or once did; the highest may be empty just after it filled.</summary>
    public int TileLevels => _edge.Count;

    /// <summary>The hashes of the partial tile at the right edge of a level; empty where the last tile is full.</summary>
    public IReadOnlyList<TreeHash> Edge(int level) => level < _edge.Count ? _edge[level] : [];

    /// <summary>Restores a tree of the given size from its right-edge tiles.</summary>
    /// <param name="size">Entries in the tree.</param>
    /// <param name="edge">For each level, lowest first, exactly the hashes of its partial tile.</param>
    public static TreeBuilder FromEdge(long size, IReadOnlyList<IReadOnlyList<TreeHash>> edge)
    {
        var tree = new TreeBuilder { Size = size };
        tree._edge.Clear();
        for (var level = 0; level < edge.Count; level++)
        {
            var hashes = edge[level];
            tree._edge.Add([.. hashes]);
            var from = 0;
            for (var bit = 7; bit >= 0; bit--)
            {
                if ((hashes.Count & (1 << bit)) != 0)
                {
                    tree._perfect[(8 * level) + bit] = PerfectRoot(hashes, from, 1 << bit);
                    from += 1 << bit;
                }
            }
        }

        return tree;
    }

    /// <summary>Adds a leaf and hands every tile that it fills to <paramref name="full"/>, lowest level first.</summary>
    public void Append(TreeHash leaf, Action<Tile>? full = null)
    {
        var node = leaf;
        AddToEdge(0, node, full);
        for (var height = 0; ; height++)
        {
            if ((Size >> height & 1) == 0)
            {
                _perfect[height] = node;
                break;
            }

            node = TreeHash.OfNode(_perfect[height], node);
            if ((height + 1) % TilePath.Height == 0)
            {
                AddToEdge((height + 1) / TilePath.Height, node, full);
            }
        }

        Size++;
    }

    /// <summary>The tree's root (RFC 6962, section 2.1).</summary>
    public TreeHash Root()
    {
        TreeHash? root = null;
        for (var height = 0; Size >> height != 0; height++)
        {
            if ((Size >> height & 1) == 1)
            {
                root = root is { } right ? TreeHash.OfNode(_perfect[height], right) : _perfect[height];
            }
        }

        return root ?? TreeHash.EmptyRoot;
    }

    /// <summary>The root over a power of two of hashes.</summary>
    public static TreeHash PerfectRoot(IReadOnlyList<TreeHash> hashes, int from, int count) => count == 1
        ? hashes[from]
        : TreeHash.OfNode(PerfectRoot(hashes, from, count / 2), PerfectRoot(hashes, from + (count / 2), count / 2));

    private void AddToEdge(int level, TreeHash hash, Action<Tile>? full)
    {
        if (level == _edge.Count)
        {
            _edge.Add([]);
        }

        var edge = _edge[level];
        edge.Add(hash);
        if (edge.Count == TilePath.Width)
        {
            full?.Invoke(new Tile(level, Size >> (TilePath.Height * (level + 1)), [.. edge]));
            edge.Clear();
        }
    }
}

/// <summary>A tile's place and its hashes.</summary>
internal sealed record Tile(int Level, long Index, IReadOnlyList<TreeHash> Hashes)
{
    public string Path => TilePath.OfTile(Level, Index, Hashes.Count);

    public byte[] ToBytes()
    {
        var bytes = new byte[Hashes.Count * TreeHash.Size];
        for (var i = 0; i < Hashes.Count; i++)
        {
            Hashes[i].CopyTo(bytes.AsSpan(i * TreeHash.Size));
        }

        return bytes;
    }

    /// <summary>The hashes in a tile's bytes, or null where there are none or not exactly <paramref name="width"/>.</summary>
    public static TreeHash[]? Parse(ReadOnlySpan<byte> bytes, int width)
    {
        if (bytes.Length != width * TreeHash.Size)
        {
            return null;
        }

        var hashes = new TreeHash[width];
        for (var i = 0; i < width; i++)
        {
            hashes[i] = TreeHash.FromBytes(bytes.Slice(i * TreeHash.Size, TreeHash.Size));
        }

        return hashes;
    }
}
