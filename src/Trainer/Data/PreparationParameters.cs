using Scanlock.Contracts;
using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Data;

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

    /// <summary>SHA-256 over these in canonical JSON, with the digests of the shards they are used on.</summary>
    internal Sha256Digest Digest(IReadOnlyList<Sha256Digest> shards) =>
        Sha256Digest.Of(CanonicalJson.Serialize(new PreparationInput(this, shards), PreparedJson.Default.PreparationInput));
}

/// <summary>Which slices show enough lung, and which patients enough slices.</summary>
/// <param name="MinArea">Smallest bounding box of the lungs, in pixels of a slice of 512 x 512.</param>
/// <param name="MinRatio">Smallest number of lung pixels over the number of all others.</param>
/// <param name="MinSlices">Fewest such slices of a patient.</param>
internal sealed record LungCriteria(double MinArea, double MinRatio, int MinSlices)
{
    internal static LungCriteria Of(LungPreparation by) => new(by.MinArea, by.MinRatio, by.MinSlices);
}

/// <summary>What a preparation is made from, as its digest sees it.</summary>
internal sealed record PreparationInput(PreparationParameters Parameters, IReadOnlyList<Sha256Digest> Shards);
