using System.Text.Json.Serialization;

namespace Scanlock.Contracts.Trials;

/// <summary>
/// Of yes-or-no answers: class 1 is positive, and predicted where its probability is at least a half. A ratio without anything to divide by is null.
/// </summary>
/// <param name="Loss">Plain cross-entropy (log-loss), natural logarithm.</param>
/// <param name="F1">Harmonic mean of precision and sensitivity: 2 TP / (2 TP + FP + FN).</param>
/// <param name="Precision">True positives over what was called positive (PPV).</param>
/// <param name="Auc">Area under the ROC curve: the chance that a positive scores above a negative, ties counting half.</param>
/// <param name="PrgArea">
/// Area under the precision-recall-gain curve where recall gain is not negative (Flach and Kull, NeurIPS 2015): 1 is perfect, 0 is calling all
/// positive; not below minus negatives over positives.
/// </param>
/// <param name="Sensitivity">True positives over positives; also called recall.</param>
/// <param name="Specificity">True negatives over negatives.</param>
/// <param name="OddsRatio">
/// Diagnostic odds ratio, TP TN / (FP FN); where one of the four counts is 0, a half is added to each (Haldane 1956, Anscombe 1956). Null where a class is missing.
/// </param>
/// <param name="CalibrationError">
/// Expected calibration error (Guo et al., ICML 2017): mean distance between confidence and accuracy over 15 bins of equal width, 0 to 1.
/// </param>
public sealed record ClassificationMetrics(
    double? Loss,
    double? Accuracy,
    double? F1,
    double? Precision,
    double? Auc,
    double? PrgArea,
    double? Sensitivity,
    double? Specificity,
    double? OddsRatio,
    double? CalibrationError,
    int? TruePositives,
    int? FalsePositives,
    int? TrueNegatives,
    int? FalseNegatives,
    ClassificationIntervals? Intervals)
{
    /// <summary>What follows from the counts alone.</summary>
    [JsonIgnore]
    public AnswerMetrics Answers => new(
        Accuracy, F1, Precision, Sensitivity, Specificity, OddsRatio, TruePositives, FalsePositives, TrueNegatives, FalseNegatives);
}

/// <summary>Counts of right and wrong answers and what follows from them, each as <see cref="ClassificationMetrics"/> defines it.</summary>
public sealed record AnswerMetrics(
    double? Accuracy,
    double? F1,
    double? Precision,
    double? Sensitivity,
    double? Specificity,
    double? OddsRatio,
    int? TruePositives,
    int? FalsePositives,
    int? TrueNegatives,
    int? FalseNegatives);

/// <summary>
/// 95 % percentile intervals of the bootstrap (Efron and Tibshirani 1993) by patient: patients are drawn with replacement, each with all their samples. Null
/// where more than half of the draws do not define the number.
/// </summary>
public sealed record ClassificationIntervals(
    Interval? Loss,
    Interval? Accuracy,
    Interval? F1,
    Interval? Precision,
    Interval? Auc,
    Interval? PrgArea,
    Interval? Sensitivity,
    Interval? Specificity);

public sealed record Interval(double Low, double High);

/// <summary>
/// Per scan, which is one series of a patient and positive where one of its slices is. Its score is the share of its slices that are called
/// positive, and it is called positive where that share is at least a cut-off.
/// </summary>
/// <param name="Counts">Samples are scans here.</param>
/// <param name="Loss">Plain cross-entropy of the mean probability over a scan's slices.</param>
/// <param name="Auc">Of the share of slices.</param>
/// <param name="PrgArea">Of the share of slices.</param>
/// <param name="CutOffs">For each of <see cref="CutOffShares"/>.</param>
/// <param name="Intervals">At the cut-off 0.5.</param>
public sealed record ScanMetrics(
    IReadOnlyList<ClassCount> Counts,
    double? Loss,
    double? Auc,
    double? PrgArea,
    IReadOnlyList<ScanCutOff> CutOffs,
    ClassificationIntervals? Intervals)
{
    /// <summary>The cut-offs, rising: 0.1, 0.2, ... 0.9.</summary>
    public static IReadOnlyList<double> CutOffShares { get; } = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
}

public sealed record ScanCutOff(double CutOff, AnswerMetrics Answers);
