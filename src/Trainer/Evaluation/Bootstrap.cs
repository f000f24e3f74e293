using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Evaluation;

/// <summary>
/// Draws patients with replacement, each with all that is known of them, because one patient's slices are no independent evidence
/// (the cluster bootstrap of Field and Welsh, JRSS B 2007). The same draws for the same seed and number of patients.
/// </summary>
internal sealed class Bootstrap(int patients, int draws, long seed)
{
    private const double Tail = 0.025;

    /// <param name="measure">Of how often each patient was drawn, the numbers; the same ones each time, null where a draw does not define one.</param>
    /// <returns>Of each number its 95 % percentile interval, or null where more than half of the draws do not define it.</returns>
    internal IReadOnlyList<Interval?> Intervals(Func<int[], IReadOnlyList<double?>> measure)
    {
        var random = new DeterministicRandom(seed, RandomStreams.Bootstrap);
        var weights = new int[patients];
        List<double>[]? values = null;
        for (var draw = 0; draw < draws; draw++)
        {
            Array.Clear(weights);
            for (var i = 0; i < patients; i++)
            {
                weights[random.NextInt(patients)]++;
            }

            var measured = measure(weights);
            values ??= [.. measured.Select(_ => new List<double>(draws))];
            for (var i = 0; i < measured.Count; i++)
            {
                if (measured[i] is { } value)
                {
                    values[i].Add(value);
                }
            }
        }

        return [.. (values ?? []).Select(Percentiles)];
    }

    private Interval? Percentiles(List<double> values)
    {
        if (values.Count == 0 || 2 * values.Count < draws)
        {
            return null;
        }

        values.Sort();
        return new Interval(Quantile(values, Tail), Quantile(values, 1 - Tail));
    }

    /// <summary>Linear between the order statistics around it (Hyndman and Fan's seventh, The American Statistician 1996).</summary>
    private static double Quantile(List<double> sorted, double share)
    {
        var place = share * (sorted.Count - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}
