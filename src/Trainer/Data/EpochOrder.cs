namespace Scanlock.Trainer.Data;

/// <summary>Which samples an epoch shows, and when.</summary>
internal static class EpochOrder
{
    /// <summary>Each sample once.</summary>
    internal static int[] Shuffled(IReadOnlyList<Sample> samples, DeterministicRandom random)
    {
        var order = Enumerable.Range(0, samples.Count).ToArray();
        random.Shuffle(order);
        return order;
    }

    /// <summary>
    /// Each class as often as the others, to one. A class with too few samples repeats them, none again before all have been shown; of
    /// one with too many each epoch shows others.
    /// </summary>
    /// <param name="count">Samples in the epoch.</param>
    internal static int[] Balanced(IReadOnlyList<Sample> samples, int count, DeterministicRandom random)
    {
        var classes = Enumerable.Range(0, samples.Count).GroupBy(i => samples[i].Class).OrderBy(g => g.Key).Select(g => g.ToArray()).ToList();
        var order = new List<int>(count);
        for (var c = 0; c < classes.Count; c++)
        {
            var quota = (count / classes.Count) + (c < count % classes.Count ? 1 : 0);
            for (var taken = 0; taken < quota; taken += classes[c].Length)
            {
                random.Shuffle(classes[c]);
                order.AddRange(classes[c].AsSpan(0, Math.Min(classes[c].Length, quota - taken)));
            }
        }

        random.Shuffle(order);
        return [.. order];
    }
}
