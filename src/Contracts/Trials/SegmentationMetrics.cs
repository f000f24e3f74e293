namespace Scanlock.Contracts.Trials;

/// <summary>How lesions are marked: a pixel is positive where a lesion is, and marked where its probability is at least a half.</summary>
/// <param name="LesionSlices">Slices (or volumes) with a lesion.</param>
/// <param name="TruePositives">Pixels; what follows likewise.</param>
/// <param name="Pooled">Over all pixels of all slices at once.</param>
/// <param name="PerSlice">Mean over the slices with a lesion, each leaving out the slices where it has nothing to divide by.</param>
public sealed record SegmentationMetrics(
    int? LesionSlices,
    long? TruePositives,
    long? FalsePositives,
    long? TrueNegatives,
    long? FalseNegatives,
    OverlapMetrics Pooled,
    OverlapMetrics PerSlice);

/// <param name="Dice">2 TP / (2 TP + FP + FN).</param>
/// <param name="Iou">Intersection over union (Jaccard): TP / (TP + FP + FN).</param>
/// <param name="Ppv">True positives over what was marked.</param>
/// <param name="Sensitivity">True positives over positives.</param>
/// <param name="Specificity">True negatives over negatives.</param>
public sealed record OverlapMetrics(double? Dice, double? Iou, double? Ppv, double? Sensitivity, double? Specificity, OverlapIntervals? Intervals);

/// <summary>Each made as <see cref="ClassificationIntervals"/> are.</summary>
public sealed record OverlapIntervals(Interval? Dice, Interval? Iou, Interval? Ppv, Interval? Sensitivity, Interval? Specificity);
