namespace Scanlock.Contracts.Datasets;

/// <summary>
/// All that is said of a sample besides its pixels (P3): the sample record, version 1. In a shard it stands as <c>KEY.json</c>
/// beside <c>KEY.npy</c>, int16 Hounsfield units, shape (rows, columns).
/// </summary>
/// <param name="Patient">Pseudonym: a keyed hash, the key in the gateway's key directory.</param>
/// <param name="Series">Pseudonym of the series, likewise.</param>
/// <param name="SliceIndex">DICOM Instance Number (0020,0013), or null where the object had none.</param>
/// <param name="Position">Image Position (Patient) (0020,0032): x, y, z of the first voxel's centre, mm; or null.</param>
/// <param name="Orientation">Image Orientation (Patient) (0020,0037): direction cosines of row and column, six numbers; or null.</param>
/// <param name="Spacing">Between rows, between columns (Pixel Spacing (0028,0030)), and slice thickness (0018,0050), mm; thickness 0 where unknown; or null.</param>
/// <param name="ImageType">Image Type (0008,0008), only the values of <see cref="KnownImageTypes"/>, others as <c>OTHER</c>.</param>
public sealed record SampleRecord(
    int V,
    string Patient,
    string Series,
    int? SliceIndex,
    IReadOnlyList<double>? Position,
    IReadOnlyList<double>? Orientation,
    IReadOnlyList<double>? Spacing,
    IReadOnlyList<string> ImageType) : IVersioned
{
    /// <summary>Image Type is free text in the wild, so only defined terms (PS3.3 C.7.6.1.1.2, C.8.2.1.1.1) pass.</summary>
    public static IReadOnlyList<string> KnownImageTypes { get; } =
        ["ORIGINAL", "DERIVED", "PRIMARY", "SECONDARY", "AXIAL", "LOCALIZER", "REFORMATTED", "MPR", "AVERAGE", "OTHER"];
}
