using Scanlock.Contracts.Trials;

namespace Scanlock.Egress;

/// <summary>
/// Takes out of metrics what says too much of too few, and says where and why. A number is withheld when a class that it is computed from
/// has fewer patients than <c>min_count</c>; the counts of both classes go together, since one and the steps would give the other.
/// </summary>
internal static class Withholding
{
    public static TrialMetrics Apply(TrialMetrics metrics, GateRules rules)
    {
        var training = FewPatients.In(metrics.Training, rules.Egress.MinCount);
        var validation = FewPatients.In(metrics.Validation, rules.Egress.MinCount);
        var ledger = new Ledger();
        var epochs = Epochs(metrics.Epochs, training, validation, rules, ledger);
        return metrics with
        {
            Unlabelled = ledger.Keep("unlabelled", metrics.Unlabelled, training.Either ?? validation.Either),
            Libtorch = Libtorch.Version(metrics.Libtorch)!,
            Preparation = ExtraWithholding.Preparation(metrics.Preparation, training.Either ?? validation.Either, rules.Egress.MinCount, ledger),
            Training = Counts("training", metrics.Training, training, ledger),
            Validation = Counts("validation", metrics.Validation, validation, ledger),
            PretrainingEpochs = Pretraining(metrics.PretrainingEpochs, training, rules.Bounds.ProgressValues - (epochs.Count * ProgressNames.MostInLine), ledger),
            Epochs = epochs,
            Final = metrics.Final is { } final ? AnswerWithholding.Final(final, validation, ledger) : null,
            Scans = metrics.Scans is { } scans ? AnswerWithholding.Scans(scans, rules.Egress.MinCount, ledger) : null,
            Segmentation = metrics.Segmentation is { } marked ? AnswerWithholding.Marked(marked, validation, ledger) : null,
            Adversarial = ExtraWithholding.Adversarial(metrics.Adversarial, validation.Either, ledger),
            Explanation = ExtraWithholding.Explanation(metrics.Explanation, validation.Either, ledger),
            Active = ExtraWithholding.Active(metrics.Active, validation.Either, rules, ledger),
            Withheld = ledger.Entries,
        };
    }

    public static List<ClassCount> Counts(string part, IReadOnlyList<ClassCount> counts, FewPatients few, Ledger ledger) =>
    [
        .. counts.Select(one => new ClassCount(
            one.Class,
            ledger.Keep($"{part}.{one.Class}.patients", one.Patients, few.Either),
            ledger.Keep($"{part}.{one.Class}.samples", one.Samples, few.Either))),
    ];

    private static List<EpochMetrics> Epochs(
        IReadOnlyList<EpochMetrics> epochs, FewPatients training, FewPatients validation, GateRules rules, Ledger ledger)
    {
        var most = rules.Bounds.ProgressValues / ProgressNames.MostInLine;
        if (epochs.Count > most)
        {
            ledger.Add("epochs", $"the permit's progress_values have room for only {most} of {epochs.Count} epochs");
        }

        var segments = TrialNetworks.Of(rules.Spec.Network).Task == TrialSpec.Segment;
        return
        [
            .. epochs.Take(most).Select(epoch => new EpochMetrics(
                epoch.Epoch,
                epoch.Step,
                ledger.Keep("epochs.loss", epoch.Loss, training.Either),
                ledger.Keep("epochs.validation_loss", epoch.ValidationLoss, validation.Either),
                segments ? null : ledger.Keep("epochs.accuracy", epoch.Accuracy, validation.Either),
                segments ? null : ledger.Keep("epochs.auc", epoch.Auc, validation.Either),
                segments ? ledger.Keep("epochs.dice", epoch.Dice, validation.Either) : null)),
        ];
    }

    /// <param name="room">Of the permit's <c>progress_values</c>, those that the epochs have left.</param>
    private static List<double>? Pretraining(IReadOnlyList<double>? losses, FewPatients training, int room, Ledger ledger)
    {
        if (losses is null || training.Either is { } few && Withheld(few))
        {
            return null;
        }

        if (losses.Count > room)
        {
            ledger.Add("pretraining_epochs", $"the permit's progress_values have room for only {room} of {losses.Count} epochs of pre-training");
        }

        return [.. losses.Take(room).Select(loss => Ledger.Rounded(loss))];

        bool Withheld(string reason)
        {
            ledger.Add("pretraining_epochs", reason);
            return true;
        }
    }
}
