using Scanlock.Contracts.Searches;

namespace Scanlock.Broker.Searches;

/// <summary>
/// Asynchronous successive halving (Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020) by stopping. Nobody waits
/// for anybody: each trial is judged when it reaches a rung, against those that were there before it.
/// </summary>
internal sealed class AshaRule(Halving halving, Objective objective)
{
    /// <summary>What is used where a spec names no halving.</summary>
    public static Halving Usual { get; } = new(3, 1);

    /// <summary>The rungs of a trial, as epochs: none at its end, where there is nothing to stop any more.</summary>
    public IEnumerable<int> Rungs(int epochs)
    {
        for (long rung = halving.FirstEpochs; rung < epochs; rung *= halving.Reduction)
        {
            yield return (int)rung;
        }
    }

    /// <summary>Whether a trial goes on past a rung: it is among the best of those that have reached it, one in <c>reduction</c>, rounded up.</summary>
    /// <param name="before">Values of the trials that reached the rung earlier, stopped ones included.</param>
    public bool GoesOn(double value, IReadOnlyCollection<double> before)
    {
        var go = (before.Count + halving.Reduction) / halving.Reduction;
        return before.Count(other => objective.Prefers(other, value)) < go;
    }

    /// <summary>Why it was stopped, for its researcher.</summary>
    public string Explain(int rung, double value, int reached) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"Stopped by the search: with {objective.Metric} {value:0.####} after epoch {rung} it is not among the best of {reached} trials, one in {halving.Reduction}.");
}
