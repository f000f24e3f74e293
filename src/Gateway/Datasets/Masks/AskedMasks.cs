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

    /// <summary>
    /// What the object is known by: the same empty mask can be that of many volumes, and another region of the same structure set is another mask.
    /// The regions in whatever order and case, as they count.
    /// </summary>
    internal string KeyOf(Sha256Digest bytes, DatasetHashes hashes)
    {
        var regions = string.Concat(Regions.Select(region => region.ToUpperInvariant()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(region => $" {region.Length}:{region}"));
        return (Volume, regions) switch
        {
            ({ } volume, _) => hashes.Match("mask", $"{bytes.Hex} of {volume.Hex}"),
            (null, "") => hashes.ObjectKey(bytes),
            _ => hashes.Match("mask", $"{bytes.Hex} regions{regions}"),
        };
    }

    /// <inheritdoc cref="MaskTask.ToString"/>
    public override string ToString() => nameof(AskedMasks);
}
