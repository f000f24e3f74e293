using Scanlock.Contracts.Trials;

namespace Scanlock.Egress;

/// <summary>
/// What of answers leaves: what is about positives only where enough patients are positive, what is about negatives likewise, and what is
/// about both where both are. Of marked lesions, what only pixels of lesions and marks can change is about patients with a lesion.
/// </summary>
internal static class AnswerWithholding
{
    public static ClassificationMetrics Final(ClassificationMetrics final, FewPatients few, Ledger ledger)
    {
        var answers = Answers("final", final.Answers, few, ledger);
        return new ClassificationMetrics(
            ledger.Keep("final.loss", final.Loss, few.Either),
            answers.Accuracy,
            answers.F1,
            answers.Precision,
            ledger.Keep("final.auc", final.Auc, few.Either),
            ledger.Keep("final.prg_area", final.PrgArea, few.Either),
            answers.Sensitivity,
            answers.Specificity,
            answers.OddsRatio,
            ledger.Keep("final.calibration_error", final.CalibrationError, few.Either),
            answers.TruePositives,
            answers.FalsePositives,
            answers.TrueNegatives,
            answers.FalseNegatives,
            Intervals("final.intervals", final.Intervals, few, ledger));
    }

    /// <summary>A scan is negative as a whole, so that there can be fewer patients of class 0 than per slice.</summary>
    public static ScanMetrics Scans(ScanMetrics scans, int least, Ledger ledger)
    {
        var few = FewPatients.In(scans.Counts, least);
        return new ScanMetrics(
            Withholding.Counts("scans.counts", scans.Counts, few, ledger),
            ledger.Keep("scans.loss", scans.Loss, few.Either),
            ledger.Keep("scans.auc", scans.Auc, few.Either),
            ledger.Keep("scans.prg_area", scans.PrgArea, few.Either),
            [.. scans.CutOffs.Select(at => new ScanCutOff(at.CutOff, Answers("scans.cut_offs.answers", at.Answers, few, ledger)))],
            Intervals("scans.intervals", scans.Intervals, few, ledger));
    }

    public static SegmentationMetrics Marked(SegmentationMetrics marked, FewPatients few, Ledger ledger) => new(
        ledger.Keep("segmentation.lesion_slices", marked.LesionSlices, few.Either),
        ledger.Keep("segmentation.true_positives", marked.TruePositives, few.Positive),
        ledger.Keep("segmentation.false_positives", marked.FalsePositives, few.Either),
        ledger.Keep("segmentation.true_negatives", marked.TrueNegatives, few.Either),
        ledger.Keep("segmentation.false_negatives", marked.FalseNegatives, few.Positive),
        Overlap("segmentation.pooled", marked.Pooled, few.Either, few.Positive, ledger),
        Overlap("segmentation.per_slice", marked.PerSlice, few.Positive, few.Positive, ledger));

    private static AnswerMetrics Answers(string part, AnswerMetrics answers, FewPatients few, Ledger ledger) => new(
        ledger.Keep($"{part}.accuracy", answers.Accuracy, few.Either),
        ledger.Keep($"{part}.f1", answers.F1, few.Either),
        ledger.Keep($"{part}.precision", answers.Precision, few.Either),
        ledger.Keep($"{part}.sensitivity", answers.Sensitivity, few.Positive),
        ledger.Keep($"{part}.specificity", answers.Specificity, few.Negative),
        ledger.Keep($"{part}.odds_ratio", answers.OddsRatio, few.Either),
        ledger.Keep($"{part}.true_positives", answers.TruePositives, few.Positive),
        ledger.Keep($"{part}.false_positives", answers.FalsePositives, few.Negative),
        ledger.Keep($"{part}.true_negatives", answers.TrueNegatives, few.Negative),
        ledger.Keep($"{part}.false_negatives", answers.FalseNegatives, few.Positive));

    private static ClassificationIntervals? Intervals(string part, ClassificationIntervals? intervals, FewPatients few, Ledger ledger) => intervals is null
        ? null
        : new ClassificationIntervals(
            ledger.Keep($"{part}.loss", intervals.Loss, few.Either),
            ledger.Keep($"{part}.accuracy", intervals.Accuracy, few.Either),
            ledger.Keep($"{part}.f1", intervals.F1, few.Either),
            ledger.Keep($"{part}.precision", intervals.Precision, few.Either),
            ledger.Keep($"{part}.auc", intervals.Auc, few.Either),
            ledger.Keep($"{part}.prg_area", intervals.PrgArea, few.Either),
            ledger.Keep($"{part}.sensitivity", intervals.Sensitivity, few.Positive),
            ledger.Keep($"{part}.specificity", intervals.Specificity, few.Negative));

    private static OverlapMetrics Overlap(string part, OverlapMetrics overlap, string? fewAnywhere, string? fewLesions, Ledger ledger) => new(
        ledger.Keep($"{part}.dice", overlap.Dice, fewAnywhere),
        ledger.Keep($"{part}.iou", overlap.Iou, fewAnywhere),
        ledger.Keep($"{part}.ppv", overlap.Ppv, fewAnywhere),
        ledger.Keep($"{part}.sensitivity", overlap.Sensitivity, fewLesions),
        ledger.Keep($"{part}.specificity", overlap.Specificity, fewAnywhere),
        overlap.Intervals is not { } intervals
            ? null
            : new OverlapIntervals(
                ledger.Keep($"{part}.intervals.dice", intervals.Dice, fewAnywhere),
                ledger.Keep($"{part}.intervals.iou", intervals.Iou, fewAnywhere),
                ledger.Keep($"{part}.intervals.ppv", intervals.Ppv, fewAnywhere),
                ledger.Keep($"{part}.intervals.sensitivity", intervals.Sensitivity, fewLesions),
                ledger.Keep($"{part}.intervals.specificity", intervals.Specificity, fewAnywhere)));
}
