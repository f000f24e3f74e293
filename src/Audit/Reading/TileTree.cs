namespace Scanlock.Audit;

/// <summary>The tree of a given size as a log's tiles give it: what proofs are made from. Reads each tile once.</summary>
internal sealed class TileTree
{
    private readonly ITileSource _source;
    private readonly long _size;
    private readonly CancellationToken _cancellationToken;
    private readonly Dictionary<(int Level, long Index), TreeHash[]> _tiles = [];

    public TileTree(ITileSource source, long size, CancellationToken cancellationToken)
    {
        (_source, _size, _cancellationToken) = (source, size, cancellationToken);
        Proofs = new ProofMaker(SubtreeAsync);
    }

    public ProofMaker Proofs { get; }

    private async ValueTask<TreeHash> SubtreeAsync(int height, long index)
    {
        var level = height / TilePath.Height;
        var count = 1 << (height % TilePath.Height);
        var first = index * count;
        var tile = await TileAsync(level, first / TilePath.Width);
        return TreeBuilder.PerfectRoot(tile, (int)(first % TilePath.Width), count);
    }

    private async Task<TreeHash[]> TileAsync(int level, long index)
    {
        if (_tiles.TryGetValue((level, index), out var tile))
        {
            return tile;
        }

        var width = TilePath.WidthAt(level, index, _size);
        var bytes = await LogReader.ReadPartialOrFullAsync(
            _source, w => TilePath.OfTile(level, index, w), width, TilePath.Width * TreeHash.Size, _cancellationToken);
        tile = Tile.Parse(bytes.AsSpan(0, Math.Min(bytes?.Length ?? 0, width * TreeHash.Size)), width)
            ?? throw new AuditLogException($"{TilePath.OfTile(level, index, width)} of {_source.Name} is missing or cut short.");
        return _tiles[(level, index)] = tile;
    }
}
