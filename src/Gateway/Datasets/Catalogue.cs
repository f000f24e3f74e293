using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Datasets;

/// <summary>
/// What anyone who is signed in may know of a dataset (P1): what its steward wrote, and counts of the latest version, unless they are of
/// so few patients that they would say something about one.
/// </summary>
internal static class Catalogue
{
    /// <summary>k: counts over fewer patients than this are not told.</summary>
    public const int FewestPatients = 5;

    public static async Task<IReadOnlyList<DatasetEntry>> ListAsync(GatewayDb db, CancellationToken cancellationToken)
    {
        var entries = new List<DatasetEntry>();
        foreach (var dataset in await db.Datasets.AsNoTracking().OrderBy(dataset => dataset.Name).ToListAsync(cancellationToken))
        {
            entries.Add(await EntryAsync(db, dataset, cancellationToken));
        }

        return entries;
    }

    public static async Task<DatasetEntry> EntryAsync(GatewayDb db, DatasetRow dataset, CancellationToken cancellationToken)
    {
        var latest = await db.Versions.Where(version => version.Dataset == dataset.Name)
            .OrderByDescending(version => version.Version)
            .Select(version => new { version.Version, version.Patients, version.Samples, version.LabelNames })
            .FirstOrDefaultAsync(cancellationToken);
        var tellable = latest?.Patients >= FewestPatients;
        return new(
            dataset.Name,
            dataset.Title,
            dataset.Description,
            dataset.Steward,
            dataset.State,
            latest?.Version,
            latest is null ? [] : Json.Texts(latest.LabelNames),
            tellable ? latest!.Patients : null,
            tellable ? latest!.Samples : null,
            Sha256Digest.Parse(dataset.PolicyRevision));
    }
}

internal static class Versions
{
    public static Task<VersionRow?> LatestVersionAsync(this GatewayDb db, string dataset, CancellationToken cancellationToken) =>
        db.Versions.AsNoTracking().Where(version => version.Dataset == dataset).OrderByDescending(version => version.Version)
            .FirstOrDefaultAsync(cancellationToken);

    public static Task<VersionRow?> VersionAsync(this GatewayDb db, string dataset, int number, CancellationToken cancellationToken) =>
        db.Versions.AsNoTracking().SingleOrDefaultAsync(version => version.Dataset == dataset && version.Version == number, cancellationToken);
}
