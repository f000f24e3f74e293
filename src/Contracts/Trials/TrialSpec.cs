namespace Scanlock.Contracts.Trials;

/// <summary>
/// One training, completely described but for its data and seed. What each field may be, and what it is when left out, stands in
/// <see cref="TrialSpecFields"/>; only <see cref="TrialSpecReader"/> makes one from outside bytes.
/// </summary>
/// <param name="LearningRate">At the first step; the schedule takes it from there.</param>
/// <param name="ValidationFraction">Share of patients, per class, that is kept out of training and evaluated on.</param>
public sealed record TrialSpec(
    int V,
    string Task,
    string Label,
    string Network,
    int ImageSize,
    HuWindow Window,
    int Epochs,
    int Batch,
    string Optimizer,
    double LearningRate,
    double WeightDecay,
    string Schedule,
    double LabelSmoothing,
    string ClassWeights,
    Augmentation Augmentation,
    double ValidationFraction,
    string Device) : IVersioned;

/// <summary>The Hounsfield units that are told apart: below is black, above is white.</summary>
public sealed record HuWindow(double Center, double Width);

/// <summary>Random changes of each training image, drawn anew every epoch.</summary>
/// <param name="Flip">Left and right exchanged, half of the time.</param>
/// <param name="Rotate">Degrees at most, either way.</param>
/// <param name="Shift">Share of the image's side at most, along each axis.</param>
/// <param name="Scale">Relative change of size at most, either way.</param>
public sealed record Augmentation(bool Flip, double Rotate, double Shift, double Scale);
