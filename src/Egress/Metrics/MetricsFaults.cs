using Scanlock.Contracts.Trials;

namespace Scanlock.Egress;

/// <summary>What cannot be true of honest metrics of this job. Every number that follows from others leaves no room for anything else.</summary>
internal static class MetricsFaults
{
    private const double Tolerance = 1e-9;

    public static IReadOnlyList<string> Of(TrialMetrics metrics, GateRules rules) =>
        [.. Job(metrics, rules), .. Counts(metrics, rules), .. Epochs(metrics, rules), .. Final(metrics)];

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
        if (!AreClasses(metrics.Training) || !AreClasses(metrics.Validation) || metrics.Unlabelled < 0)
        {
            yield return "the metrics do not count the samples and patients of class 0 and class 1, in training and in validation";
            yield break;
        }

        var samples = metrics.Training.Sum(one => (long)one.Samples!.Value);
        if (metrics.Steps != samples / rules.Spec.Batch * rules.Spec.Epochs)
        {
            yield return "the metrics' steps are not those of the job's epochs and batches over their training samples";
        }

        if (metrics.Steps < rules.Minima.Steps)
        {
            yield return $"the training took fewer than the permit's {rules.Minima.Steps} steps";
        }
    }

    private static bool AreClasses(IReadOnlyList<ClassCount> counts) =>
        counts is [{ Class: 0 }, { Class: 1 }] && counts.All(one => one is { Patients: >= 0, Samples: >= 0 } && one.Patients <= one.Samples);

    private static IEnumerable<string> Epochs(TrialMetrics metrics, GateRules rules)
    {
        // The schema's own lists may hold nulls; nothing else here can be one.
        if (metrics.Epochs.Count != rules.Spec.Epochs || metrics.Epochs.Any(epoch => epoch is null))
        {
            yield return $"the metrics have another number of epochs than the job's {rules.Spec.Epochs}";
            yield break;
        }

        var stepsPerEpoch = metrics.Steps / rules.Spec.Epochs;
        if (metrics.Epochs.Where((epoch, index) => epoch.Epoch != index + 1 || epoch.Step != (index + 1) * stepsPerEpoch).Any())
        {
            yield return "the metrics' epochs are not numbered from 1, each with its steps";
        }

        if (!metrics.Epochs.All(epoch => IsLoss(epoch.Loss) && IsLoss(epoch.ValidationLoss) && IsShare(epoch.Accuracy) && IsShare(epoch.Auc ?? 0)))
        {
            yield return "the metrics of an epoch lack a number, or one is out of its range";
        }
    }

    private static IEnumerable<string> Final(TrialMetrics metrics)
    {
        var final = metrics.Final;
        if (!IsLoss(final.Loss) || !IsShare(final.Auc ?? 0))
        {
            yield return "the final metrics lack a number, or one is out of its range";
        }

        if (Answers.Of(final) is not { } answers)
        {
            yield return "the final metrics lack a count of true or false answers";
        }
        else if (AreClasses(metrics.Validation) && !answers.Cover(metrics.Validation))
        {
            yield return "the final metrics do not answer each validation sample once";
        }
        else if (!answers.Give(final))
        {
            yield return "the final accuracy, sensitivity or specificity does not follow from the counts";
        }
    }

    private static bool IsLoss(double? value) => value is >= 0 && double.IsFinite(value.Value);

    private static bool IsShare(double? value) => value is >= 0 and <= 1;

    /// <summary>Right and wrong answers of each class.</summary>
    private sealed record Answers(long TruePositives, long FalsePositives, long TrueNegatives, long FalseNegatives)
    {
        private long Positives => TruePositives + FalseNegatives;

        private long Negatives => TrueNegatives + FalsePositives;

        public static Answers? Of(ClassificationMetrics final) => final is
        {
            TruePositives: >= 0 and var tp, FalsePositives: >= 0 and var fp, TrueNegatives: >= 0 and var tn, FalseNegatives: >= 0 and var fn,
        }
            ? new Answers(tp, fp, tn, fn)
            : null;

        public bool Cover(IReadOnlyList<ClassCount> classes) => Negatives == classes[0].Samples && Positives == classes[1].Samples;

        public bool Give(ClassificationMetrics final) =>
            Is(final.Accuracy, TruePositives + TrueNegatives, Positives + Negatives)
            && Is(final.Sensitivity, TruePositives, Positives)
            && Is(final.Specificity, TrueNegatives, Negatives);

        private static bool Is(double? value, double part, double whole) =>
            whole == 0 ? value is null : value is { } given && Math.Abs(given - (part / whole)) <= Tolerance;
    }
}
