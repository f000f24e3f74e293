using Scanlock.Contracts.Datasets;

namespace Scanlock.Contracts.Gateway;

/// <summary>What is archived of a version, as its gateway signed it.</summary>
/// <param name="Statement">A compact JWS: <see cref="DatasetArchive"/>.</param>
/// <param name="WithoutRendition">How many of the version's samples are of objects that it has no archived DICOM of: they came before the policy asked for it, or are volumes.</param>
public sealed record SignedArchive(string Statement, int WithoutRendition);
