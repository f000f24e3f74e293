using System.Formats.Tar;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Signing;
using Scanlock.Envelope;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Tests.Hosting;

/// <summary>Opens what was sealed, with the gateway's own key.</summary>
internal static class SealedFiles
{
    public static async Task<DatasetManifest> ReadManifestAsync(this Hospital hospital, int version, string dataset = Hospital.Dataset)
    {
        await using var db = await hospital.Services.GetRequiredService<IDbContextFactory<GatewayDb>>().CreateDbContextAsync();
        var row = await db.Versions.SingleAsync(candidate => candidate.Dataset == dataset && candidate.Version == version);
        return StatementKinds.Manifest.Verify(row.Manifest, hospital.Services.GetRequiredService<GatewayKeys>().Statement.Public).Value;
    }

    /// <summary>The files of all shards of a version, by name.</summary>
    public static async Task<Dictionary<string, byte[]>> ReadSealedAsync(this Hospital hospital, int version, string dataset = Hospital.Dataset)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var shard in (await hospital.ReadManifestAsync(version, dataset)).Shards)
        {
            var header = await File.ReadAllBytesAsync(Path.Combine(hospital.State, "blobs", "headers", dataset, shard.Id));
            await using var body = File.OpenRead(Path.Combine(hospital.State, "blobs", "bodies", dataset, shard.Id));
            var storage = hospital.Services.GetRequiredService<GatewayKeys>().Storage;
            var tar = (await ManifestOpening.ToMemoryAsync(header, body, shard, storage, 1 << 30, CancellationToken.None)).Unwrap();
            await using var reader = new TarReader(new MemoryStream(tar));
            while (await reader.GetNextEntryAsync(copyData: true) is { } entry)
            {
                var content = new MemoryStream();
                await entry.DataStream!.CopyToAsync(content);
                files.Add(entry.Name, content.ToArray());
            }
        }

        return files;
    }
}
