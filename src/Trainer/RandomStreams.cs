namespace Scanlock.Trainer;

/// <summary>
/// What a seed is drawn on for: the streams of <see cref="DeterministicRandom"/>, all in one place so that no two uses of one seed share
/// theirs. A number once given stays, because the bytes of every training hang on it.
/// </summary>
internal static class RandomStreams
{
    internal const ulong Split = 1;

    internal const ulong Folds = 2;

    /// <summary>The seed of a pre-training, which has streams of its own.</summary>
    internal const ulong Pretraining = 3;

    /// <summary>Where attacks on the trained classifier start.</summary>
    internal const ulong Attack = 4;

    /// <summary>The seed of point marks, whose streams are the samples. They are for segmentation, and <see cref="Explained"/> is for classifiers.</summary>
    internal const ulong Points = 5;

    /// <summary>Which samples are explained.</summary>
    internal const ulong Explained = 5;

    /// <summary>Dropout while regions are scored.</summary>
    internal const ulong Regions = 6;

    /// <summary>From here on, an epoch's order and augmentation; likewise of a pre-training's seed.</summary>
    internal const ulong FirstEpochOrder = 1000;

    /// <summary>From here on, libtorch's generator in an epoch; likewise of a pre-training's seed.</summary>
    internal const ulong FirstEpochGenerator = 1_000_000;

    internal const ulong Bootstrap = 1UL << 40;

    /// <summary>Of a pre-training's seed: its heads.</summary>
    internal const ulong PretrainingHeads = 0;
}
