using Scanlock.Contracts.Trials;

namespace Scanlock.Egress;

/// <summary>What cannot be true of the parts that only some specs ask for: preparation, adversarial training, explanation, active learning.</summary>
internal static class ExtraFaults
{
    /// <summary>The entropy of a coin, which no entropy of two classes exceeds but by rounding.</summary>
    private const double MaxEntropy = 0.693147180559945 + 1e-6;

    /// <summary>Mutual information is part of the entropy but for the rounding of single precision.</summary>
    private const double Rounding = 1e-6;

    private const int MaxKeyLength = 128;

    /// <summary>The most samples that the trainer explains.</summary>
    private const int MostExplained = 200;

    public static IEnumerable<string> Of(TrialMetrics metrics, TrialSpec spec) =>
    [
        .. Preparation(metrics, spec),
        .. Adversarial(metrics.Adversarial, spec),
        .. Explanation(metrics, spec),
        .. Active(metrics.Active, spec),
    ];

    private static IEnumerable<string> Preparation(TrialMetrics metrics, TrialSpec spec)
    {
        if (metrics.Preparation is not { } counts)
        {
            yield return "the preparation's counts are missing";
            yield break;
        }

        int?[] dropped = [counts.Constant, counts.NotAxial, counts.NoLung, counts.SmallLung, counts.LowRatio, counts.FewSlices];
        if (dropped.Any(count => count is null or < 0) || counts is not { Seen: >= 0, Kept: >= 0, PatientsDropped: >= 0 }
            || counts.Seen != counts.Kept + dropped.Sum(count => (long)count!.Value))
        {
            yield return "the preparation's counts do not add up to the slices seen";
        }
        else if (spec.Preparation.Kind != LungPreparation.Lung && counts is not { NotAxial: 0, NoLung: 0, SmallLung: 0, LowRatio: 0, FewSlices: 0 })
        {
            yield return "the preparation dropped slices for a reason that the job does not look for";
        }
        else if (metrics.Training.Concat(metrics.Validation).Sum(one => (long)(one?.Samples ?? 0)) > counts.Kept
            || counts.PatientsDropped > counts.Seen - counts.Kept)
        {
            yield return "the preparation kept fewer slices than were learned from, or dropped more patients than slices";
        }
    }

    private static IEnumerable<string> Adversarial(AdversarialMetrics? adversarial, TrialSpec spec)
    {
        if (adversarial is null)
        {
            if (spec.Adversarial.Share > 0)
            {
                yield return "the metrics of adversarial training are missing";
            }

            yield break;
        }

        double?[] shares =
        [
            adversarial.CleanAccuracy, adversarial.CleanAuc, adversarial.AttackedAccuracy, adversarial.AttackedAuc,
            adversarial.SaliencyInLungBefore, adversarial.SaliencyInLungAfter,
        ];
        if (spec.Adversarial.Share == 0 || !shares.All(Follows.IsShareOrNone))
        {
            yield return "the metrics of adversarial training are out of their range, or none was asked for";
        }
    }

    private static IEnumerable<string> Explanation(TrialMetrics metrics, TrialSpec spec)
    {
        if (metrics.Explanation is not { } explanation)
        {
            if (spec.Explanation != "none")
            {
                yield return "the metrics of the explanation are missing";
            }

            yield break;
        }

        double?[] shares = [explanation.EnergyInLung, explanation.EnergyInLesion, explanation.DeletionAuc, explanation.InsertionAuc];
        if (spec.Explanation == "none" || explanation.Method != spec.Explanation)
        {
            yield return "the metrics explain by another method than the job's";
        }
        else if (explanation.Samples is null or < 0 or > MostExplained || explanation.Samples > metrics.Validation.Sum(one => (long)(one?.Samples ?? 0)) || !shares.All(Follows.IsShareOrNone))
        {
            yield return "the metrics of the explanation are out of their range";
        }
    }

    private static IEnumerable<string> Active(ActiveMetrics? active, TrialSpec spec)
    {
        if (active is null)
        {
            if (spec.Active.Passes > 0)
            {
                yield return "the metrics of active learning are missing";
            }

            yield break;
        }

        // A classifier answers for a slice as one.
        var side = TrialNetworks.Of(spec.Network).Task == TrialSpec.Segment ? spec.Active.Grid : 1;
        if (spec.Active.Passes == 0 || active.Passes != spec.Active.Passes || active.Grid != spec.Active.Grid)
        {
            yield return "the metrics of active learning are of other passes or another grid than the job's";
        }
        else if (active.Regions.Count > spec.Active.Regions || !active.Regions.All(region => IsRegion(region, side)))
        {
            yield return "the metrics of active learning have a region too many, or one out of its range";
        }
        else if (active.Regions.Select(region => (region.Sample, region.Row, region.Column)).Distinct().Count() < active.Regions.Count)
        {
            yield return "the metrics of active learning name a region twice";
        }
    }

    private static bool IsRegion(RegionScore? region, int side) =>
        region is { Row: >= 0, Column: >= 0, Entropy: >= 0 and <= MaxEntropy, Bald: >= 0 }
        && region.Row < side && region.Column < side && region.Bald <= region.Entropy + Rounding
        && region.Sample.Length is > 0 and <= MaxKeyLength && region.Sample.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '/');
}
