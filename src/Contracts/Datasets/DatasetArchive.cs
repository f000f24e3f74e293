namespace Scanlock.Contracts.Datasets;

/// <summary>
/// What is archived of a sealed dataset version: de-identified DICOM, beside the samples. Signed by its gateway, never changed, and apart from
/// the manifest, which permits are for: what is listed here leaves by no permit.
/// </summary>
/// <param name="Gateway">The signing gateway's key id.</param>
/// <param name="Manifest">Digest of the version's manifest.</param>
/// <param name="Parts">Each a tar of <c>KEY.dcm</c>, sealed like a shard; its samples are objects. The key is that of the object's first sample.</param>
public sealed record DatasetArchive(
    int V, string Gateway, string Dataset, int Version, Sha256Digest Manifest, IReadOnlyList<ManifestPart> Parts) : IVersioned;
