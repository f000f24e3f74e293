namespace Scanlock.Contracts.Trials;

/// <summary>
/// <c>metrics.json</c>: how a training went. <see cref="Final"/> belongs to the weights as released, after rounding (P12); the epochs
/// are what was seen on the way. A number that the gate withholds is null, and <see cref="Withheld"/> says why.
/// </summary>
/// <param name="Precision">What the weights were rounded to, <c>bf16</c> or <c>f32</c>.</param>
/// <param name="Unlabelled">Samples that had no value of the label and were left out.</param>
/// <param name="Final">On the validation part.</param>
public sealed record TrialMetrics(
    int V,
    string Task,
    string Network,
    string Label,
    long Seed,
    string Precision,
    string Libtorch,
    long Parameters,
    int Steps,
    int Unlabelled,
    IReadOnlyList<ClassCount> Training,
    IReadOnlyList<ClassCount> Validation,
    IReadOnlyList<EpochMetrics> Epochs,
    ClassificationMetrics Final,
    IReadOnlyList<WithheldMetric> Withheld) : IVersioned;

/// <param name="Class">The label's value.</param>
/// <param name="Patients">Patients with at least one sample of the class.</param>
public sealed record ClassCount(int Class, int? Patients, int? Samples);

/// <param name="Step">Steps taken since the start.</param>
/// <param name="Loss">Mean training loss over the epoch, label smoothing and class weights included.</param>
/// <param name="ValidationLoss">Plain cross-entropy on the validation part; the others likewise.</param>
public sealed record EpochMetrics(int Epoch, int Step, double? Loss, double? ValidationLoss, double? Accuracy, double? Auc);

/// <summary>Per slice; class 1 is positive and predicted where its probability is at least a half.</summary>
/// <param name="Loss">Plain cross-entropy, natural logarithm.</param>
/// <param name="Auc">Area under the ROC curve: the chance that a positive scores above a negative, ties counting half.</param>
/// <param name="Sensitivity">True positives over positives.</param>
/// <param name="Specificity">True negatives over negatives.</param>
public sealed record ClassificationMetrics(
    double? Loss,
    double? Accuracy,
    double? Auc,
    double? Sensitivity,
    double? Specificity,
    int? TruePositives,
    int? FalsePositives,
    int? TrueNegatives,
    int? FalseNegatives);

/// <param name="Path">The number's place, such as <c>final.auc</c>.</param>
public sealed record WithheldMetric(string Path, string Reason);
