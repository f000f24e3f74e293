using Scanlock.Contracts;
using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Preparing;

/// <summary>All that prepared pixels hang on besides the scans; two trials with equal ones can share them.</summary>
/// <param name="V">Raised whenever the same scans would be prepared otherwise than before.</param>
/// <param name="Depth">Slices of a volume; 1 where slices are samples of their own.</param>
/// <param name="Lung">Null where slices are taken as they are.</param>
internal sealed record PreparationParameters(int V, double Center, double Width, int Side, int Depth, LungCriteria? Lung)
{
    private const int Current = 1;

    internal bool AreVolumes => Depth > 1;

    internal ItemLayout Layout => new(Side, Depth);

    internal static PreparationParameters Of(TrialSpec spec) =>
        new(
            Current,
            spec.Window.Center,
            spec.Window.Width,
            spec.ImageSize,
            TrialNetworks.Of(spec.Network).Dimensions == 3 ? spec.Depth : 1,
            spec.Preparation.Kind == LungPreparation.Lung ? LungCriteria.Of(spec.Preparation) : null);
}

/// <summary>What a preparation is made from.</summary>
/// <param name="Shards">SHA-256 of each shard's bytes, sorted: names and sizes alone could be those of another dataset.</param>
internal sealed record PreparationInput(PreparationParameters Parameters, IReadOnlyList<Sha256Digest> Shards)
{
    /// <summary>SHA-256 over its canonical JSON.</summary>
    internal Sha256Digest Digest() => Sha256Digest.Of(CanonicalJson.Serialize(this, PreparedJson.Default.PreparationInput));
}
