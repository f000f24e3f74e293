using Scanlock.Contracts.Trials;

namespace Scanlock.Egress;

/// <summary>What cannot be true of a classifier's metrics, per slice and per scan.</summary>
internal static class ClassificationFaults
{
    public static IEnumerable<string> Of(TrialMetrics metrics, TrialSpec spec)
    {
        var classifies = TrialNetworks.Of(spec.Network) is { Task: TrialSpec.Classify };
        if (classifies != metrics.Final is not null)
        {
            return [classifies ? "the final metrics are missing" : "the final metrics are of a classifier, the network marks lesions"];
        }

        if (metrics.Scans is not null != (classifies && TrialNetworks.Of(spec.Network).Dimensions == 2))
        {
            return [metrics.Scans is null ? "the scans' metrics are missing" : "the metrics are of scans, the network does not classify slices"];
        }

        return [.. metrics.Final is { } final ? Final(final, metrics.Validation, spec) : [], .. metrics.Scans is { } scans ? Scans(scans, metrics.Validation, spec) : []];
    }

    private static IEnumerable<string> Final(ClassificationMetrics final, IReadOnlyList<ClassCount> validation, TrialSpec spec)
    {
        if (!Follows.IsLoss(final.Loss) || !Follows.IsShareOrNone(final.Auc) || !Follows.IsShareOrNone(final.CalibrationError)
            || !IsPrgArea(final.PrgArea, validation))
        {
            yield return "the final metrics lack a number, or one is out of its range";
        }

        if (AnswerCounts.Of(final.Answers) is not { } answers)
        {
            yield return "the final metrics lack a count of true or false answers";
        }
        else if (Follows.AreClasses(validation) && !answers.Cover(validation))
        {
            yield return "the final metrics do not answer each validation sample once";
        }
        else if (!answers.Give(final.Answers))
        {
            yield return "the final accuracy, F1, precision, sensitivity, specificity or odds ratio does not follow from the counts";
        }

        if (!AreIntervals(final.Intervals, spec))
        {
            yield return "an interval of the final metrics is missing, does not run upwards in its range, or none was asked for";
        }
    }

    private static IEnumerable<string> Scans(ScanMetrics scans, IReadOnlyList<ClassCount> validation, TrialSpec spec)
    {
        if (!Follows.AreClasses(scans.Counts) || !Follows.AreClasses(validation) || !Fit(scans.Counts, validation))
        {
            yield return "the metrics do not count the scans of class 0 and class 1 within the validation part";
            yield break;
        }

        if (!Follows.IsLoss(scans.Loss) || !Follows.IsShareOrNone(scans.Auc) || !IsPrgArea(scans.PrgArea, scans.Counts))
        {
            yield return "the scans' metrics lack a number, or one is out of its range";
        }

        if (scans.CutOffs.Any(at => at is null) || !scans.CutOffs.Select(at => at.CutOff).SequenceEqual(ScanMetrics.CutOffShares))
        {
            yield return "the scans' cut-offs are not 0.1, 0.2 and so on to 0.9";
            yield break;
        }

        var counts = scans.CutOffs.Select(at => AnswerCounts.Of(at.Answers)).ToList();
        if (scans.CutOffs.Zip(counts).Any(at => at.Second is null || !at.Second.Cover(scans.Counts) || !at.Second.Give(at.First.Answers)))
        {
            yield return "the scans' answers do not cover each scan once, or a ratio does not follow from them";
        }
        else if (counts.Zip(counts.Skip(1)).Any(pair => pair.Second!.TruePositives > pair.First!.TruePositives || pair.Second.FalsePositives > pair.First.FalsePositives))
        {
            yield return "the scans called positive are more at a higher cut-off";
        }

        if (!AreIntervals(scans.Intervals, spec))
        {
            yield return "an interval of the scans' metrics is missing, does not run upwards in its range, or none was asked for";
        }
    }

    /// <summary>A patient has a positive scan where there is a positive slice, and every scan has a slice of its class.</summary>
    private static bool Fit(IReadOnlyList<ClassCount> scans, IReadOnlyList<ClassCount> slices) =>
        scans[1].Patients == slices[1].Patients && scans[0].Patients <= slices[0].Patients
        && scans[1].Samples <= slices[1].Samples && scans[0].Samples <= slices[0].Samples;

    /// <summary>From minus negatives over positives to 1.</summary>
    private static bool IsPrgArea(double? area, IReadOnlyList<ClassCount> classes) =>
        area is not { } value || (Follows.AtMost(value, 1) && Follows.AreClasses(classes) && classes[1].Samples > 0
            && Follows.AtMost(-value, classes[0].Samples!.Value / (double)classes[1].Samples!.Value));

    private static bool AreIntervals(ClassificationIntervals? intervals, TrialSpec spec)
    {
        if (intervals is null)
        {
            return spec.Bootstrap == 0;
        }

        Interval?[] shares = [intervals.Accuracy, intervals.F1, intervals.Precision, intervals.Auc, intervals.Sensitivity, intervals.Specificity];
        return spec.Bootstrap > 0
            && shares.All(share => Follows.IsInside(share, 0, 1))
            && Follows.IsInside(intervals.Loss, 0, Follows.MaxLoss)
            && Follows.IsInside(intervals.PrgArea, -Follows.MaxLoss, 1);
    }
}
