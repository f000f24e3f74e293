using System.Text.Json.Serialization;

namespace Scanlock.Contracts.Trials;

/// <summary>
/// One training, completely described but for its data and seed. What each field may be, and what it is when left out, stands in
/// <see cref="TrialSpecFields"/>; only <see cref="TrialSpecReader"/> makes one from outside bytes.
/// </summary>
/// <param name="Label">Empty where the task needs none.</param>
/// <param name="InitialWeights"><see cref="FromScratch"/>, or the digest of a safetensors file as <c>sha256:HEX</c>.</param>
/// <param name="LearningRate">At the first step after the warm-up; the schedule takes it from there.</param>
public sealed record TrialSpec(
    int V,
    string Task,
    string Label,
    string Network,
    int Channels,
    double Dropout,
    string InitialWeights,
    int ImageSize,
    int Depth,
    HuWindow Window,
    LungPreparation Preparation,
    string Sampling,
    Augmentation Augmentation,
    ValidationChoice Validation,
    int Epochs,
    int Batch,
    string Loss,
    double FocalGamma,
    double LabelSmoothing,
    string ClassWeights,
    string Optimizer,
    double LearningRate,
    double WeightDecay,
    double Momentum,
    bool Amsgrad,
    string Schedule,
    int WarmupEpochs,
    int StepEpochs,
    double StepFactor,
    double GradientClip,
    double AverageDecay,
    string Keep,
    int Patience,
    Pretraining Pretraining,
    AdversarialTraining Adversarial,
    WeakSupervision Weak,
    ActiveLearning Active,
    string Explanation,
    int Bootstrap,
    string Device) : IVersioned
{
    /// <summary>The word for weights that are drawn afresh.</summary>
    public const string FromScratch = "none";

    public const string Classify = "classify";
    public const string Segment = "segment";
    public const string Evaluate = "evaluate";

    public const string BestWeights = "best";

    /// <summary>The weights it starts from; null where they are drawn afresh.</summary>
    [JsonIgnore]
    public Sha256Digest? Start => InitialWeights == FromScratch ? null : Sha256Digest.Parse(InitialWeights);

    /// <summary>Epochs before a label is seen; none where the spec asks for no pre-training.</summary>
    [JsonIgnore]
    public int PretrainingEpochs => Pretraining.Method == Trials.Pretraining.None ? 0 : Pretraining.Epochs;

    /// <summary>Every epoch that goes through the data, pre-training included: what a permit's <c>epochs</c> bounds. None of a task that trains nothing.</summary>
    [JsonIgnore]
    public int EpochsInAll => Task == Evaluate ? 0 : Epochs + PretrainingEpochs;
}

/// <summary>The Hounsfield units that are told apart: below is black, above is white.</summary>
public sealed record HuWindow(double Center, double Width);

/// <summary>What is kept of each scan, and of each slice of it, before anything is learned.</summary>
/// <param name="Kind"><c>none</c> or <see cref="Lung"/>.</param>
/// <param name="MinArea">Pixels that the lungs' bounding box must have in a slice.</param>
/// <param name="MinRatio">Share of lung that a slice must show.</param>
/// <param name="MinSlices">Slices that must be left of a patient.</param>
public sealed record LungPreparation(string Kind, int MinArea, double MinRatio, int MinSlices)
{
    public const string Lung = "lung";
}

/// <summary>Random changes of each training image, drawn anew every epoch.</summary>
/// <param name="Flip">Left and right exchanged, half of the time.</param>
/// <param name="Rotate">Degrees at most, either way.</param>
/// <param name="Shift">Share of the image's side at most, along each axis.</param>
/// <param name="Scale">Relative change of size at most, either way.</param>
/// <param name="Noise">Standard deviation of Gaussian noise, as a share of the window.</param>
/// <param name="Gamma">Relative change at most of the exponent that grey levels from 0 to 1 are raised to.</param>
/// <param name="Elastic">Amplitude of a smooth random displacement, as a share of the image's side.</param>
public sealed record Augmentation(bool Flip, double Rotate, double Shift, double Scale, double Noise, double Gamma, double Elastic);

/// <summary>Which patients are kept out of training and evaluated on.</summary>
/// <param name="Fraction">Share of each class's patients, where nothing else is chosen.</param>
/// <param name="Holdout">Name of a label that marks the validation part; empty to draw it.</param>
/// <param name="HoldoutValue">The label's value there.</param>
/// <param name="Folds">Parts of a cross-validation; 0 for none.</param>
/// <param name="Fold">The part to evaluate on, 0 to <paramref name="Folds"/> - 1.</param>
public sealed record ValidationChoice(double Fraction, string Holdout, string HoldoutValue, int Folds, int Fold);

/// <summary>What the network learns before it sees a label.</summary>
/// <param name="Method"><see cref="None"/>, <see cref="Rotation"/> or <see cref="Contrast"/>.</param>
/// <param name="Temperature">Of the contrastive loss.</param>
/// <param name="Queue">Negatives that the contrastive loss remembers.</param>
/// <param name="Momentum">How slowly the key network follows.</param>
public sealed record Pretraining(string Method, int Epochs, double LearningRate, double Temperature, int Queue, double Momentum)
{
    public const string None = "none";
    public const string Rotation = "rotation";
    public const string Contrast = "contrast";
}

/// <summary>Training against worst-case noise (PGD).</summary>
/// <param name="Share">Weight of the adversarial loss against the plain one; 0 for none.</param>
/// <param name="Epsilon">Largest change of a pixel, as a share of the window.</param>
/// <param name="StepSize">Change per step, as a share of the window.</param>
public sealed record AdversarialTraining(double Share, double Epsilon, int Steps, double StepSize);

/// <summary>Learning to segment from less than full masks.</summary>
/// <param name="Supervision"><c>full</c> masks, or <see cref="Points"/>: one point per lesion and as many outside, drawn from the masks.</param>
/// <param name="FlipConsistency">Weight of the mirrored slice: of agreeing with oneself on it, and of its own loss.</param>
/// <param name="RotationConsistency">Weight of the slice turned by one to three quarter turns, likewise.</param>
/// <param name="Views">Mirrored and turned views whose probabilities are averaged in evaluation.</param>
public sealed record WeakSupervision(string Supervision, double FlipConsistency, double RotationConsistency, int Views)
{
    public const string Points = "points";
}

/// <summary>Which unlabelled regions would teach most.</summary>
/// <param name="Passes">Times that each slice is seen with dropout on; 0 for none.</param>
/// <param name="Grid">Regions along each side of a slice.</param>
/// <param name="Regions">Regions that are returned, the most uncertain first.</param>
public sealed record ActiveLearning(int Passes, int Grid, int Regions);
