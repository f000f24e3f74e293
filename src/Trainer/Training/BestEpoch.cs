using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Training;

/// <summary>
/// Which epoch did best in validation, and whether to go on hoping for a better one. All epochs are held to one measure; one in which it
/// is not defined is worse than any in which it is. The earlier of two equal epochs is the better one.
/// </summary>
/// <param name="patience">Epochs without a better one after which it is time to stop; 0 never is.</param>
/// <param name="leastSteps">Epochs that end before this many steps do not count: the permit's minimum holds for what is kept, too.</param>
internal sealed class BestEpoch(EpochMeasure by, int patience, int leastSteps)
{
    private double _best;

    /// <summary>The best epoch's number; 0 where none has counted yet.</summary>
    internal int Epoch { get; private set; }

    internal bool IsTimeToStop { get; private set; }

    /// <summary>Whether this epoch is the best so far. Each is asked about once, in their order.</summary>
    internal bool IsBest(EpochMetrics epoch)
    {
        if (epoch.Step < leastSteps)
        {
            return false;
        }

        var measure = by.Of(epoch) ?? double.NegativeInfinity;
        var better = Epoch == 0 || measure > _best;
        if (better)
        {
            (Epoch, _best) = (epoch.Epoch, measure);
        }

        IsTimeToStop = patience > 0 && epoch.Epoch - Epoch >= patience;
        return better;
    }
}
