using System.Globalization;
using Scanlock.Contracts.Trials;

namespace Scanlock.Egress;

/// <summary>
/// Takes out of metrics what says too much of too few, and says where and why. A number is withheld when a class that it is computed from
/// has fewer patients than <c>min_count</c>; the counts of both classes go together, since one and the steps would give the other.
/// </summary>
internal static class Withholding
{
    private const int NumbersPerEpoch = 4;
    private const string NotComputed = "cannot be computed from this data";

    public static TrialMetrics Apply(TrialMetrics metrics, GateRules rules)
    {
        var training = new FewPatients(metrics.Training, rules.Egress.MinCount);
        var validation = new FewPatients(metrics.Validation, rules.Egress.MinCount);
        var ledger = new Ledger();
        return metrics with
        {
            Libtorch = Libtorch.Version(metrics.Libtorch)!,
            Training = Counts("training", metrics.Training, training, ledger),
            Validation = Counts("validation", metrics.Validation, validation, ledger),
            Final = Final(metrics.Final, validation, ledger),
            Epochs = Epochs(metrics.Epochs, training, validation, rules.Bounds.ProgressValues, ledger),
            Withheld = ledger.Entries,
        };
    }

    private static List<ClassCount> Counts(string part, IReadOnlyList<ClassCount> counts, FewPatients few, Ledger ledger) =>
    [
        .. counts.Select(one => new ClassCount(
            one.Class,
            ledger.Keep($"{part}.{one.Class}.patients", one.Patients, few.Either),
            ledger.Keep($"{part}.{one.Class}.samples", one.Samples, few.Either))),
    ];

    private static ClassificationMetrics Final(ClassificationMetrics final, FewPatients few, Ledger ledger) => new(
        ledger.Keep("final.loss", final.Loss, few.Either),
        ledger.Keep("final.accuracy", final.Accuracy, few.Either),
        ledger.Keep("final.auc", final.Auc, few.Either),
        ledger.Keep("final.sensitivity", final.Sensitivity, few.Positive),
        ledger.Keep("final.specificity", final.Specificity, few.Negative),
        ledger.Keep("final.true_positives", final.TruePositives, few.Positive),
        ledger.Keep("final.false_positives", final.FalsePositives, few.Negative),
        ledger.Keep("final.true_negatives", final.TrueNegatives, few.Negative),
        ledger.Keep("final.false_negatives", final.FalseNegatives, few.Positive));

    private static List<EpochMetrics> Epochs(
        IReadOnlyList<EpochMetrics> epochs, FewPatients training, FewPatients validation, int progressValues, Ledger ledger)
    {
        var most = progressValues / NumbersPerEpoch;
        if (epochs.Count > most)
        {
            ledger.Add("epochs", $"the permit's progress_values have room for only {most} of {epochs.Count} epochs");
        }

        return
        [
            .. epochs.Take(most).Select(epoch => new EpochMetrics(
                epoch.Epoch,
                epoch.Step,
                ledger.Keep("epochs.loss", epoch.Loss, training.Either),
                ledger.Keep("epochs.validation_loss", epoch.ValidationLoss, validation.Either),
                ledger.Keep("epochs.accuracy", epoch.Accuracy, validation.Either),
                ledger.Keep("epochs.auc", epoch.Auc, validation.Either))),
        ];
    }

    /// <summary>Which classes of a part have too few patients; each a reason, or null.</summary>
    private sealed class FewPatients(IReadOnlyList<ClassCount> counts, int least)
    {
        public string? Negative { get; } = Reason(counts[0], least);

        public string? Positive { get; } = Reason(counts[1], least);

        public string? Either => Negative ?? Positive;

        private static string? Reason(ClassCount one, int least) =>
            one.Patients < least ? $"fewer than {least} patients of class {one.Class}" : null;
    }

    /// <summary>What was withheld, each place once.</summary>
    private sealed class Ledger
    {
        private readonly SortedDictionary<string, string> _reasons = new(StringComparer.Ordinal);

        public IReadOnlyList<WithheldMetric> Entries => [.. _reasons.Select(pair => new WithheldMetric(pair.Key, pair.Value))];

        public void Add(string path, string reason) => _reasons.TryAdd(path, reason);

        public int? Keep(string path, int? value, string? reason)
        {
            if (reason is null && value is not null)
            {
                return value;
            }

            Add(path, reason ?? NotComputed);
            return null;
        }

        public double? Keep(string path, double? value, string? reason)
        {
            if (reason is null && value is { } number)
            {
                return Rounded(number);
            }

            Add(path, reason ?? NotComputed);
            return null;
        }

        private static double Rounded(double value) =>
            double.Parse(value.ToString($"G{MetricsGate.SignificantDigits}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }
}
