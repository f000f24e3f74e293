using Scanlock.Contracts;
using Scanlock.Contracts.Intake;
using Scanlock.Gateway.Keys;

namespace Scanlock.Gateway.Datasets.Masks;

/// <summary>What its sender says of an object with masks.</summary>
/// <param name="Regions">The names of the regions or segments that count; empty where all do. Asked of the worker, never stored or logged.</param>
/// <param name="Volume">The digest of the file of the NIfTI volume that the object is the mask of.</param>
internal sealed record AskedMasks(IReadOnlyList<string> Regions, Sha256Digest? Volume)
{
    internal static AskedMasks All { get; } = new([], null);

    internal MaskTask? ToTask() => Regions.Count == 0 && Volume is null ? null : new MaskTask(Regions, Volume is not null);

    /// <summary>What the object is known by: the same empty mask can be that of many volumes.</summary>
    internal string KeyOf(Sha256Digest bytes, DatasetHashes hashes) =>
        Volume is { } volume ? hashes.Match("mask", $"{bytes.Hex} of {volume.Hex}") : hashes.ObjectKey(bytes);

    /// <inheritdoc cref="MaskTask.ToString"/>
    public override string ToString() => nameof(AskedMasks);
}
