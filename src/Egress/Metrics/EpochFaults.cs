using Scanlock.Contracts.Trials;

namespace Scanlock.Egress;

/// <summary>What cannot be true of the epochs that a training says it went through.</summary>
internal static class EpochFaults
{
    public static IEnumerable<string> Of(TrialMetrics metrics, GateRules rules) => rules.Spec.Task == TrialSpec.Evaluate
        ? Evaluated(metrics)
        : [.. Pretrained(metrics.PretrainingEpochs, rules.Spec.PretrainingEpochs), .. Trained(metrics, rules.Spec, rules.Minima.Steps)];

    private static IEnumerable<string> Evaluated(TrialMetrics metrics)
    {
        if (metrics is not { Epochs: [], KeptEpoch: null, PretrainingEpochs: null })
        {
            yield return "the metrics have epochs, the job only evaluates";
        }
    }

    private static IEnumerable<string> Pretrained(IReadOnlyList<double>? losses, int asked)
    {
        if ((losses?.Count ?? 0) != asked || losses?.All(loss => Follows.IsLoss(loss)) == false)
        {
            yield return "the metrics have other epochs of pre-training than the job's, or a loss is out of its range";
        }
    }

    private static IEnumerable<string> Trained(TrialMetrics metrics, TrialSpec spec, int leastSteps)
    {
        // The schema's own lists may hold nulls; nothing else here can be one.
        var epochs = metrics.Epochs;
        if (!IsLength(epochs.Count, spec) || epochs.Any(epoch => epoch is null))
        {
            yield return spec.Patience == 0
                ? $"the metrics have another number of epochs than the job's {spec.Epochs}"
                : $"the metrics have another number of epochs than the job's {spec.Epochs}, or than an early end after {spec.Patience} without a better one allows";
            yield break;
        }

        var stepsPerEpoch = metrics.Steps / epochs.Count;
        if (epochs.Where((epoch, index) => epoch.Epoch != index + 1 || epoch.Step != (index + 1) * stepsPerEpoch).Any())
        {
            yield return "the metrics' epochs are not numbered from 1, each with its steps";
        }

        var segments = TrialNetworks.Of(spec.Network).Task == TrialSpec.Segment;
        if (!epochs.All(epoch => segments ? IsMarking(epoch) : IsClassifying(epoch)))
        {
            yield return "the metrics of an epoch lack a number, or one is out of its range";
        }

        if (metrics.KeptEpoch is not { } kept || !IsKept(kept, epochs.Count, spec))
        {
            yield return "the metrics are not of weights that the job keeps";
        }
        else if ((long)kept * stepsPerEpoch < leastSteps)
        {
            yield return $"the weights kept took fewer than the permit's {leastSteps} steps";
        }
    }

    /// <summary>Patience waits for a better epoch just as long as it says: an early end comes that long after the best one, and no end later.</summary>
    private static bool IsKept(int kept, int epochs, TrialSpec spec) =>
        spec.Keep != TrialSpec.BestWeights ? kept == epochs
        : spec.Patience == 0 ? kept >= 1 && kept <= epochs
        : epochs < spec.Epochs ? kept == epochs - spec.Patience
        : kept >= Math.Max(1, epochs - spec.Patience) && kept <= epochs;

    /// <summary>The first epoch is the best so far, so that an early end comes after it and as many as patience waits for.</summary>
    private static bool IsLength(int epochs, TrialSpec spec) =>
        epochs == spec.Epochs || (spec.Patience > 0 && epochs > spec.Patience && epochs < spec.Epochs);

    private static bool IsClassifying(EpochMetrics epoch) =>
        Follows.IsLoss(epoch.Loss) && Follows.IsLoss(epoch.ValidationLoss) && Follows.IsShare(epoch.Accuracy) && Follows.IsShareOrNone(epoch.Auc)
        && epoch.Dice is null;

    private static bool IsMarking(EpochMetrics epoch) =>
        Follows.IsLoss(epoch.Loss) && Follows.IsLoss(epoch.ValidationLoss) && Follows.IsShareOrNone(epoch.Dice) && epoch is { Accuracy: null, Auc: null };
}
