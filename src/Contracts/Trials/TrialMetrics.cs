namespace Scanlock.Contracts.Trials;

/// <summary>
/// <c>metrics.json</c>: how a training went. <see cref="Final"/> and what follows it belong to the weights as released, after rounding
/// (P12), on the validation part; the epochs are what was seen on the way. A part that a spec does not ask for is null. A number that the
/// gate withholds is null too, and <see cref="Withheld"/> says why.
/// </summary>
/// <param name="Precision">What the weights were rounded to, <c>bf16</c> or <c>f32</c>.</param>
/// <param name="Steps">Steps taken over all <paramref name="Epochs"/>; none by a task that trains nothing.</param>
/// <param name="Unlabelled">Samples that had no value of the label and were left out.</param>
/// <param name="Preparation">What became of the slices of the dataset; there of every trial, since constant slices are always dropped.</param>
/// <param name="Training">Of a task that trains nothing, without samples. Where lesions are marked, class 1 is what has one.</param>
/// <param name="PretrainingEpochs">Mean loss over each epoch of pre-training.</param>
/// <param name="Epochs">Fewer than the spec's where training ended early.</param>
/// <param name="KeptEpoch">The epoch whose weights these are; null of a task that trains nothing.</param>
/// <param name="Final">Of a classifier, per slice; per volume where the network takes volumes.</param>
/// <param name="Scans">Of a classifier of slices, per scan.</param>
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
    int? Unlabelled,
    PreparationCounts? Preparation,
    IReadOnlyList<ClassCount> Training,
    IReadOnlyList<ClassCount> Validation,
    IReadOnlyList<double>? PretrainingEpochs,
    IReadOnlyList<EpochMetrics> Epochs,
    int? KeptEpoch,
    ClassificationMetrics? Final,
    ScanMetrics? Scans,
    SegmentationMetrics? Segmentation,
    AdversarialMetrics? Adversarial,
    ExplanationMetrics? Explanation,
    ActiveMetrics? Active,
    IReadOnlyList<WithheldMetric> Withheld) : IVersioned;

/// <summary>What became of the slices of a dataset: all that were seen are kept or dropped for one of the reasons.</summary>
/// <param name="Constant">Of one value throughout.</param>
/// <param name="NotAxial">Not axial originals.</param>
/// <param name="NoLung">Without any lung.</param>
/// <param name="SmallLung">With too small a box around the lungs.</param>
/// <param name="LowRatio">With too little lung for their size.</param>
/// <param name="FewSlices">Good ones, of patients who have too few of them.</param>
/// <param name="PatientsDropped">Patients of whom nothing is left.</param>
public sealed record PreparationCounts(
    int? Seen, int? Kept, int? Constant, int? NotAxial, int? NoLung, int? SmallLung, int? LowRatio, int? FewSlices, int? PatientsDropped);

/// <param name="Class">The label's value.</param>
/// <param name="Patients">Patients with at least one sample of the class.</param>
public sealed record ClassCount(int Class, int? Patients, int? Samples);

/// <param name="Step">Steps taken since the start.</param>
/// <param name="Loss">Mean training loss over the epoch, label smoothing and class weights included.</param>
/// <param name="ValidationLoss">Plain cross-entropy on the validation part; what follows likewise.</param>
/// <param name="Accuracy">Of a classifier.</param>
/// <param name="Auc">Of a classifier.</param>
/// <param name="Dice">Where lesions are marked, pooled over all pixels.</param>
public sealed record EpochMetrics(int Epoch, int Step, double? Loss, double? ValidationLoss, double? Accuracy, double? Auc, double? Dice);

/// <summary>
/// What adversarial training did. Saliency is the absolute gradient of the class's logit by the pixels; its share inside the lungs says
/// whether the network looks where the disease is.
/// </summary>
/// <param name="CleanAccuracy">On the validation part as it is.</param>
/// <param name="AttackedAccuracy">Under the attack that the spec trains against.</param>
/// <param name="SaliencyInLungBefore">Mean share of saliency inside the lungs before adversarial training.</param>
public sealed record AdversarialMetrics(
    double? CleanAccuracy,
    double? CleanAuc,
    double? AttackedAccuracy,
    double? AttackedAuc,
    double? SaliencyInLungBefore,
    double? SaliencyInLungAfter);

/// <summary>How well heat maps point at what matters; the maps themselves never leave the job.</summary>
/// <param name="Method">The spec's <c>explanation</c>.</param>
/// <param name="Samples">Validation samples that were explained.</param>
/// <param name="EnergyInLung">Mean share of a map inside the lungs.</param>
/// <param name="EnergyInLesion">Mean share of a map inside the lesion mask, of samples that have one.</param>
/// <param name="DeletionAuc">Mean area under the class's probability as the pixels that the map marks most are taken away first; low is good.</param>
/// <param name="InsertionAuc">The same as they are put in first (Petsiuk, Das and Saenko, BMVC 2018); high is good.</param>
public sealed record ExplanationMetrics(
    string Method, int? Samples, double? EnergyInLung, double? EnergyInLesion, double? DeletionAuc, double? InsertionAuc);

/// <summary>Where a label would teach most: for the hospital's own people, so it leaves only with a reviewer's consent.</summary>
/// <param name="Regions">The most uncertain first: by <see cref="RegionScore.Bald"/>.</param>
public sealed record ActiveMetrics(int Passes, int Grid, IReadOnlyList<RegionScore> Regions);

/// <param name="Sample">The sample's key in its shard, a pseudonym.</param>
/// <param name="Row">From 0, down a grid of the spec's <c>active.grid</c> regions a side.</param>
/// <param name="Entropy">Of the mean prediction over the passes, natural logarithm.</param>
/// <param name="Bald">The part of it that the passes disagree on: mutual information of prediction and weights (Houlsby et al., 2011).</param>
public sealed record RegionScore(string Sample, int Row, int Column, double Entropy, double Bald);

/// <param name="Path">The number's place, such as <c>final.auc</c>.</param>
public sealed record WithheldMetric(string Path, string Reason);
