using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Data;

namespace Scanlock.Trainer.ActiveLearning;

/// <summary>
/// Keeps the regions that a label would teach most about: by <see cref="RegionScore.Bald"/>, what is alike by sample key, row and column.
/// </summary>
internal sealed class RegionRanking(int most)
{
    private static readonly Comparer<RegionScore> s_worstFirst = Comparer<RegionScore>.Create(static (a, b) => -BestFirst(a, b));

    private readonly PriorityQueue<RegionScore, RegionScore> _kept = new(s_worstFirst);

    /// <summary>The best first.</summary>
    internal IReadOnlyList<RegionScore> Best => [.. _kept.UnorderedItems.Select(kept => kept.Element).Order(Comparer<RegionScore>.Create(BestFirst))];

    internal void Add(RegionScore region)
    {
        if (_kept.Count < most)
        {
            _kept.Enqueue(region, region);
        }
        else
        {
            _ = _kept.EnqueueDequeue(region, region);
        }
    }

    private static int BestFirst(RegionScore a, RegionScore b) => b.Bald.CompareTo(a.Bald) is var bald and not 0
        ? bald
        : string.CompareOrdinal(a.Sample, b.Sample) is var key and not 0 ? key : (a.Row, a.Column).CompareTo((b.Row, b.Column));
}
