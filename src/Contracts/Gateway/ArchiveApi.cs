using Scanlock.Contracts.Datasets;

namespace Scanlock.Contracts.Gateway;

/// <summary>What is archived of a version, as its gateway signed it.</summary>
/// <param name="Statement">A compact JWS: <see cref="DatasetArchive"/>.</param>
public sealed record SignedArchive(string Statement);
