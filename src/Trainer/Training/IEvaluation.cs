using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Training;

/// <summary>How a network did on samples that it was not trained on.</summary>
internal interface IEvaluation
{
    /// <summary>Whether all its answers were numbers.</summary>
    bool IsFinite { get; }

    /// <param name="loss">Mean training loss over the epoch.</param>
    EpochMetrics Epoch(int epoch, int step, double loss);

    /// <summary>Puts the numbers of the weights as released into a trial's metrics.</summary>
    TrialMetrics Into(TrialMetrics metrics);
}
