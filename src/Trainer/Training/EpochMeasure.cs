using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Data;

namespace Scanlock.Trainer.Training;

/// <summary>What tells a good epoch from a bad one; the larger, the better.</summary>
internal enum EpochMeasure
{
    /// <summary>Minus the loss on the validation part.</summary>
    ValidationLoss,

    /// <summary>The area under the ROC curve there.</summary>
    Auc,

    /// <summary>Dice there, over all pixels.</summary>
    Dice,
}

internal static class EpochMeasures
{
    /// <summary>
    /// The measure of a whole training: it hangs on the validation part alone, so that no two epochs are compared on different scales.
    /// The loss, where the area under the curve lacks a class or Dice lacks a lesion.
    /// </summary>
    internal static EpochMeasure For(TrialSpec spec, IReadOnlyList<Sample> validation)
    {
        if (!validation.Any(s => s.Class == 1))
        {
            return EpochMeasure.ValidationLoss;
        }

        return TrialNetworks.Of(spec.Network).Task == TrialSpec.Segment ? EpochMeasure.Dice
            : validation.Any(s => s.Class == 0) ? EpochMeasure.Auc : EpochMeasure.ValidationLoss;
    }

    /// <summary>Null where the epoch has none.</summary>
    internal static double? Of(this EpochMeasure measure, EpochMetrics epoch) => measure switch
    {
        EpochMeasure.ValidationLoss => -epoch.ValidationLoss,
        EpochMeasure.Auc => epoch.Auc,
        EpochMeasure.Dice => epoch.Dice,
        _ => throw new ArgumentOutOfRangeException(nameof(measure)),
    };
}
