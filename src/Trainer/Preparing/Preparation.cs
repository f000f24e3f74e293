using System.Collections.Concurrent;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Data;

namespace Scanlock.Trainer.Preparing;

/// <summary>Takes the finished bytes of a sample; called from several threads, for ranges that do not overlap.</summary>
internal delegate void WriteItem(long offset, ReadOnlySpan<byte> bytes);

/// <summary>
/// The second reading of the shards: resamples what the survey kept and writes each sample as soon as its last slice was read.
/// Memory holds the samples that are begun and not finished: a slice at a time for each thread, or the series that shards interleave.
/// </summary>
internal sealed class Preparation
{
    private readonly PreparationParameters _parameters;
    private readonly SlicePreparation _resampling;
    private readonly WriteItem _write;
    private readonly Dictionary<string, (PlannedItem Item, int Place)> _places;
    private readonly ConcurrentDictionary<PlannedItem, ItemAssembly> _open = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentBag<PreparedItem> _done = [];

    private Preparation(PreparationParameters parameters, IReadOnlyList<PlannedItem> items, WriteItem write)
    {
        _parameters = parameters;
        _resampling = new SlicePreparation(new HuWindow(parameters.Center, parameters.Width), parameters.Side);
        _write = write;
        _places = items.SelectMany(i => i.Slices.Select((slice, place) => (slice.Key, Place: (i, place))))
            .ToDictionary(s => s.Key, s => s.Place, StringComparer.Ordinal);
    }

    /// <returns>What was prepared, by key.</returns>
    internal static async Task<Result<IReadOnlyList<PreparedItem>>> RunAsync(
        ShardFolder shards,
        PreparationParameters parameters,
        IReadOnlyList<PlannedItem> items,
        WriteItem write,
        CancellationToken cancellationToken)
    {
        var most = items.Count == 0 ? 0 : items.Max(i => i.Slices.Count);
        if ((long)most * parameters.Layout.Area > Array.MaxLength)
        {
            var side = parameters.Side;
            return new Result<IReadOnlyList<PreparedItem>>.Refused(
                JobFailures.BadData, $"image_size: a series of {most} slices cannot be held at {side} x {side} until it is whole; try a smaller size");
        }

        var preparation = new Preparation(parameters, items, write);
        if (await shards.ForEachAsync<IReadOnlyList<PreparedItem>>(preparation.Take, cancellationToken) is { } refused)
        {
            return refused;
        }

        return new Result<IReadOnlyList<PreparedItem>>.Ok([.. preparation._done.OrderBy(i => i.Key, StringComparer.Ordinal)]);
    }

    private void Take(ShardSample sample)
    {
        if (!_places.TryGetValue(sample.Key, out var place))
        {
            return;
        }

        var (item, index) = place;
        var assembly = _open.GetOrAdd(item, static (i, layout) => new ItemAssembly(i, layout), _parameters.Layout);
        if (assembly.Add(index, sample, _resampling))
        {
            _open.TryRemove(item, out _);
            using (assembly)
            {
                _done.Add(assembly.Finish(_write));
            }
        }
    }
}
