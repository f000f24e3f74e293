namespace Scanlock.Audit;

/// <summary>
/// Goes through a log's entries once, in order, deriving two trees: one from the entries, one from the leaf hashes that the tiles
/// recorded. Where they part, comparing both with the signed root tells which of the two was altered.
/// </summary>
internal sealed class LogReplay
{
    private readonly ITileSource _source;
    private readonly Checkpoint _checkpoint;
    private readonly Findings _findings;
    private readonly Queue<EarlierHead> _earlier;
    private readonly List<Anchor> _contained = [];
    private readonly List<EarlierHead> _contradicted = [];
    private readonly List<Tile> _full = [];

    // Null from where something is missing that the tree takes.
    private TreeBuilder? _derived = new();
    private TreeBuilder? _recorded = new();

    public LogReplay(ITileSource source, Checkpoint checkpoint, IEnumerable<EarlierHead> earlier, Findings findings)
    {
        (_source, _checkpoint, _findings) = (source, checkpoint, findings);
        _earlier = new Queue<EarlierHead>(earlier.OrderBy(head => head.Anchor.Size));
    }

    /// <summary>Runs to the end and returns the earlier heads that the entries contain.</summary>
    public async Task<IReadOnlyList<Anchor>> RunAsync(IProgress<double>? progress, CancellationToken cancellationToken)
    {
        CompareEarlierHeads();
        var numbers = Enumerable.Range(0, int.MaxValue).Select(i => (long)i).TakeWhile(i => i * TilePath.Width < _checkpoint.Size);
        await foreach (var part in LogReader.ReadAheadAsync(numbers, number => ReadAsync(number, cancellationToken)))
        {
            Take(part);
            await CompareFullTilesAsync(cancellationToken);
            progress?.Report((double)(part.First + part.Width) / _checkpoint.Size);
        }

        await ComparePartialTilesAsync(cancellationToken);
        _findings.EndStretches();
        CompareRoots();
        return _contained;
    }

    private async Task<LogPart> ReadAsync(long number, CancellationToken cancellationToken)
    {
        var width = TilePath.WidthAt(0, number, _checkpoint.Size);
        var bundle = ReadAsync(w => TilePath.OfEntries(number, w), width, EntryBundle.MaxBytes, cancellationToken);
        var tile = ReadAsync(w => TilePath.OfTile(0, number, w), width, TilePath.Width * TreeHash.Size, cancellationToken);
        return new LogPart(number, width, await bundle, await tile);
    }

    private async Task<LogFile> ReadAsync(Func<int, string> path, int width, int maxBytes, CancellationToken cancellationToken) =>
        await _source.ReadAsync(path(width), maxBytes, cancellationToken) is { } bytes
            ? new LogFile(path(width), bytes, ExceedsTree: false)
            : new LogFile(
                path(width),
                width == TilePath.Width ? null : await _source.ReadAsync(path(TilePath.Width), maxBytes, cancellationToken),
                ExceedsTree: true);

    private void Take(LogPart part)
    {
        var recorded = part.ReadHashes(_findings);
        var entries = part.ReadEntries(_findings, recorded);
        if (entries is null)
        {
            _derived = null;
        }

        if ((recorded ?? entries) is not { } leaves)
        {
            _recorded = null;
            return;
        }

        for (var i = 0; i < part.Width; i++)
        {
            _recorded?.Append(leaves[i], _full.Add);
            if (_derived is not null)
            {
                _derived.Append(entries![i]);
                CompareEarlierHeads();
            }
        }
    }

    private async Task CompareFullTilesAsync(CancellationToken cancellationToken)
    {
        // Those of level 0 hold the recorded hashes themselves, and were compared with the entries.
        foreach (var tile in _full.Where(tile => tile.Level > 0))
        {
            await CompareAsync(tile, cancellationToken);
        }

        _full.Clear();
    }

    private async Task ComparePartialTilesAsync(CancellationToken cancellationToken)
    {
        for (var level = 1; level < _recorded?.TileLevels; level++)
        {
            if (_recorded.Edge(level) is { Count: > 0 } hashes)
            {
                await CompareAsync(new Tile(level, TilePath.FullTiles(level, _checkpoint.Size), hashes), cancellationToken);
            }
        }
    }

    private async Task CompareAsync(Tile made, CancellationToken cancellationToken)
    {
        var file = await ReadAsync(
            w => TilePath.OfTile(made.Level, made.Index, w), made.Hashes.Count, TilePath.Width * TreeHash.Size, cancellationToken);
        if (file.ReadHashes(made.Hashes.Count, _findings, null, null) is not { } stored)
        {
            return;
        }

        var span = 1L << (TilePath.Height * made.Level);
        for (var i = 0; i < stored.Length; i++)
        {
            if (stored[i] != made.Hashes[i])
            {
                var first = ((made.Index * TilePath.Width) + i) * span;
                _findings.AddStretch(FindingKind.Tile, file.Path, file.Path, first, first + span - 1, (from, to) =>
                    $"{file.Path} holds another hash than the tiles below it make for entries {from} to {to}: "
                    + "they were altered after it was written, or it was.");
            }
        }
    }

    private void CompareEarlierHeads()
    {
        while (_derived is not null && _earlier.TryPeek(out var head) && head.Anchor.Size == _derived.Size)
        {
            _earlier.Dequeue();
            if (_derived.Root() == head.Root)
            {
                _contained.Add(head.Anchor);
            }
            else
            {
                _contradicted.Add(head);
            }
        }
    }

    private void CompareRoots()
    {
        var isSigned = _derived?.Root() == _checkpoint.Root;
        if (_derived is not null && !isSigned)
        {
            _findings.Add(FindingKind.Root, TilePath.Checkpoint, _recorded?.Root() == _checkpoint.Root
                ? "The entries do not lead to the root that the log signed, but the hashes recorded of them do: the entries named above were altered."
                : "Neither the entries nor the hashes recorded of them lead to the root that the log signed: both were altered together, "
                    + "or the checkpoint belongs to another history.");
        }

        foreach (var head in _contradicted)
        {
            _findings.Add(
                isSigned ? FindingKind.Fork : FindingKind.Entries,
                head.Anchor.From,
                $"The first {head.Anchor.Size} entries are not those that {head.Anchor.From} was signed for"
                    + (isSigned ? ", and the log signed both: it was forked." : "."),
                0,
                head.Anchor.Size - 1);
        }

        foreach (var head in _earlier.Where(head => head.Anchor.Size > _checkpoint.Size))
        {
            _findings.Add(
                FindingKind.Rollback,
                head.Anchor.From,
                $"{head.Anchor.From} was signed over {head.Anchor.Size} entries, and the log's checkpoint is over {_checkpoint.Size}: "
                    + "it was rolled back.",
                _checkpoint.Size,
                head.Anchor.Size - 1);
        }
    }
}
