using Scanlock.Contracts.Trials;

namespace Scanlock.Egress;

/// <summary>What cannot be true of honest metrics of this job. Every number that follows from others leaves no room for anything else.</summary>
internal static class MetricsFaults
{
    public static IReadOnlyList<string> Of(TrialMetrics metrics, GateRules rules) =>
    [
        .. Job(metrics, rules),
        .. Counts(metrics, rules),
        .. EpochFaults.Of(metrics, rules),
        .. ClassificationFaults.Of(metrics, rules.Spec),
        .. SegmentationFaults.Of(metrics, rules.Spec),
        .. ExtraFaults.Of(metrics, rules.Spec),
    ];

    private static IEnumerable<string> Job(TrialMetrics metrics, GateRules rules)
    {
        var spec = rules.Spec;
        if (metrics.Task != spec.Task || metrics.Network != spec.Network || metrics.Label != spec.Label || metrics.Seed != rules.Seed)
        {
            yield return "the metrics are of another task, network, label or seed than the job's";
        }

        if (metrics.Precision != rules.Egress.Precision)
        {
            yield return $"the metrics are of weights in another precision than {rules.Egress.Precision}";
        }

        if (metrics.Parameters != TrialNetworks.Parameters(spec))
        {
            yield return $"the metrics count other parameters than the {TrialNetworks.Parameters(spec)} of {spec.Network}";
        }

        if (Libtorch.Version(metrics.Libtorch) is null)
        {
            yield return "the metrics name no version of libtorch";
        }

        if (metrics.Withheld.Count > 0)
        {
            yield return "the metrics withhold something; that is for this gate to do";
        }
    }

    private static IEnumerable<string> Counts(TrialMetrics metrics, GateRules rules)
    {
        if (!Follows.AreClasses(metrics.Training) || !Follows.AreClasses(metrics.Validation) || metrics.Unlabelled is not >= 0)
        {
            yield return "the metrics do not count the samples and patients of class 0 and class 1, in training and in validation";
            yield break;
        }

        var evaluates = rules.Spec.Task == TrialSpec.Evaluate;

        // Who has samples of both classes is in both counts, so that the sum is the most that they can be.
        if ((evaluates ? metrics.Validation : metrics.Training).Sum(one => (long)one.Patients!.Value) < rules.Minima.Patients)
        {
            yield return $"the job used fewer than the permit's {rules.Minima.Patients} patients";
        }

        var samples = metrics.Training.Sum(one => (long)one.Samples!.Value);
        if (evaluates)
        {
            if (samples > 0 || metrics.Steps != 0)
            {
                yield return "the metrics are of a training, the job only evaluates";
            }

            yield break;
        }

        if (metrics.Steps != samples / rules.Spec.Batch * metrics.Epochs.Count)
        {
            yield return "the metrics' steps are not those of their epochs and the job's batches over their training samples";
        }

        if (metrics.Steps < rules.Minima.Steps)
        {
            yield return $"the training took fewer than the permit's {rules.Minima.Steps} steps";
        }
    }
}
