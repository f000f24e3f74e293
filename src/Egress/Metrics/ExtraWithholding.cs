using Scanlock.Contracts.Trials;

namespace Scanlock.Egress;

/// <summary>What leaves of the parts that only some specs ask for.</summary>
internal static class ExtraWithholding
{
    /// <summary>What the permit's rule for metrics says where no reviewer sees them first.</summary>
    private const string Automatic = "auto";

    /// <summary>
    /// Patients who were dropped are a group of their own. Where they, or those of a class, are too few, no count leaves: the counts add up,
    /// so that those that are left would give the ones that are not.
    /// </summary>
    public static PreparationCounts? Preparation(PreparationCounts? counts, string? few, int least, Ledger ledger)
    {
        if (counts is null)
        {
            return null;
        }

        var any = few ?? (counts.PatientsDropped > 0 && counts.PatientsDropped < least ? $"fewer than {least} patients were dropped" : null);
        return new PreparationCounts(
            ledger.Keep("preparation.seen", counts.Seen, any),
            ledger.Keep("preparation.kept", counts.Kept, any),
            ledger.Keep("preparation.constant", counts.Constant, any),
            ledger.Keep("preparation.not_axial", counts.NotAxial, any),
            ledger.Keep("preparation.no_lung", counts.NoLung, any),
            ledger.Keep("preparation.small_lung", counts.SmallLung, any),
            ledger.Keep("preparation.low_ratio", counts.LowRatio, any),
            ledger.Keep("preparation.few_slices", counts.FewSlices, any),
            ledger.Keep("preparation.patients_dropped", counts.PatientsDropped, any));
    }

    public static AdversarialMetrics? Adversarial(AdversarialMetrics? seen, string? few, Ledger ledger) => seen is null
        ? null
        : new AdversarialMetrics(
            ledger.Keep("adversarial.clean_accuracy", seen.CleanAccuracy, few),
            ledger.Keep("adversarial.clean_auc", seen.CleanAuc, few),
            ledger.Keep("adversarial.attacked_accuracy", seen.AttackedAccuracy, few),
            ledger.Keep("adversarial.attacked_auc", seen.AttackedAuc, few),
            ledger.Keep("adversarial.saliency_in_lung_before", seen.SaliencyInLungBefore, few),
            ledger.Keep("adversarial.saliency_in_lung_after", seen.SaliencyInLungAfter, few));

    public static ExplanationMetrics? Explanation(ExplanationMetrics? seen, string? few, Ledger ledger) => seen is null
        ? null
        : new ExplanationMetrics(
            seen.Method,
            ledger.Keep("explanation.samples", seen.Samples, few),
            ledger.Keep("explanation.energy_in_lung", seen.EnergyInLung, few),
            ledger.Keep("explanation.energy_in_lesion", seen.EnergyInLesion, few),
            ledger.Keep("explanation.deletion_auc", seen.DeletionAuc, few),
            ledger.Keep("explanation.insertion_auc", seen.InsertionAuc, few));

    /// <summary>Regions are of single samples, so they leave only where a reviewer sees them first; in one order, whatever order they came in.</summary>
    public static ActiveMetrics? Active(ActiveMetrics? seen, string? few, GateRules rules, Ledger ledger)
    {
        if (seen is null)
        {
            return null;
        }

        var reason = rules.Egress.Metrics == Automatic ? "names samples, and the permit lets metrics out without a reviewer"
            : seen.Regions.All(region => rules.Samples.Contains(region.Sample)) ? few
            : "names samples that are none of the dataset's";
        if (reason is not null)
        {
            ledger.Add("active", reason);
            return null;
        }

        var rounded = seen.Regions.Select(region => region with { Entropy = Ledger.Rounded(region.Entropy), Bald = Ledger.Rounded(region.Bald) });
        return seen with
        {
            Regions =
            [
                .. rounded.OrderByDescending(region => region.Bald)
                    .ThenBy(region => region.Sample, StringComparer.Ordinal).ThenBy(region => region.Row).ThenBy(region => region.Column),
            ],
        };
    }
}
