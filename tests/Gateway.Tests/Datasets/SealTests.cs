using System.Formats.Tar;
using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Contracts;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Signing;
using Scanlock.Envelope;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Tests.Hosting;

namespace Scanlock.Gateway.Tests.Datasets;

public sealed class SealTests
{
    [Fact]
    [Trait("promise", "P3")]
    public async Task A_shard_holds_pixels_in_HU_and_the_sample_record_and_nothing_else()
    {
        await using var hospital = await Hospital.StartAsync();
        var version = await hospital.SealPhantomsAsync(patients: 3);
        Assert.Equal((6, 3, 1), (version.Samples, version.Patients, version.Shards));
        var manifest = await ManifestAsync(hospital, 1);
        var files = await ReadShardAsync(hospital, manifest.Shards[0]);
        Assert.Equal(12, files.Count);
        var phantoms = StewardWork.Phantoms(3);
        var seen = new List<(string Patient, short First)>();
        foreach (var key in files.Keys.Select(name => Path.GetFileNameWithoutExtension(name)).Distinct())
        {
            var record = Wire.Read(files[$"{key}.json"], ContractsJson.Strict.SampleRecord);
            var image = NpyCodec.Decode(files[$"{key}.npy"]);
            Assert.Equal((NpyElement.Hounsfield, 32, 32), (image.Element, image.Rows, image.Columns));
            Assert.Matches("^p[0-9a-f]{16}$", record.Patient);
            Assert.Equal(["ORIGINAL", "PRIMARY", "AXIAL"], record.ImageType);
            seen.Add((record.Patient, BitConverter.ToInt16(image.Data.Span)));
        }

        Assert.Equal(phantoms.Select(phantom => (short)(phantom.Fill - 1024)).Order(), seen.Select(sample => sample.First).Order());
        Assert.Equal(3, seen.Select(sample => sample.Patient).Distinct().Count());
        var everything = Encoding.Latin1.GetString([.. files.SelectMany(file => Encoding.UTF8.GetBytes(file.Key).Concat(file.Value))]);
        Assert.DoesNotContain(
            phantoms.SelectMany(phantom => new[] { phantom.Patient, phantom.PatientName, phantom.Accession, phantom.Series }),
            secret => everything.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_label_table_is_sealed_apart_and_names_the_samples()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync(patients: 2);
        var manifest = await ManifestAsync(hospital, 1);
        var keys = (await ReadShardAsync(hospital, manifest.Shards[0])).Keys.Select(name => Path.GetFileNameWithoutExtension(name)).ToHashSet();
        var lines = Encoding.UTF8.GetString(await OpenAsync(hospital, manifest.Labels)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var rows = lines.Select(line => Wire.Read(Encoding.UTF8.GetBytes(line), ContractsJson.Strict.LabelRow)).ToList();
        Assert.Equal(keys.Order(), rows.Select(row => row.Key).Order());
        Assert.Equal(["0", "0", "1", "1"], rows.Select(row => row.Value).Order());
        Assert.Equal(rows.Count, manifest.Labels.Samples);
    }

    [Fact]
    public async Task Relabelling_makes_a_new_version_that_shares_the_shards()
    {
        await using var hospital = await Hospital.StartAsync(shardBytes: 16 << 10);
        await hospital.SealPhantomsAsync(patients: 4);
        await hospital.LabelAsync("patient", [new("PHANTOM-0001", "1", null)]);
        var second = (await hospital.SealAsync()).As(ContractsJson.Strict.SealedVersion);
        var (before, after) = (await ManifestAsync(hospital, 1), await ManifestAsync(hospital, 2));
        Assert.Equal(2, second.Version);
        Assert.True(before.Shards.Count > 1);
        Assert.Equal(before.Shards, after.Shards);
        Assert.NotEqual(before.Labels.Ciphertext, after.Labels.Ciphertext);
    }

    [Fact]
    public async Task A_patient_named_by_the_labels_moves_only_the_samples_it_is_about()
    {
        await using var hospital = await Hospital.StartAsync(shardBytes: 16 << 10);
        await hospital.SealPhantomsAsync(patients: 4);
        await hospital.LabelAsync("patient", [new("PHANTOM-0001", "1", "TWIN"), new("PHANTOM-0002", "1", "TWIN")]);
        var second = (await hospital.SealAsync()).As(ContractsJson.Strict.SealedVersion);
        Assert.Equal((8, 3), (second.Samples, second.Patients));
        var manifest = await ManifestAsync(hospital, 2);
        var records = new List<SampleRecord>();
        foreach (var shard in manifest.Shards)
        {
            records.AddRange((await ReadShardAsync(hospital, shard)).Where(file => file.Key.EndsWith(".json", StringComparison.Ordinal))
                .Select(file => Wire.Read(file.Value, ContractsJson.Strict.SampleRecord)));
        }

        Assert.Equal([2, 2, 4], records.GroupBy(record => record.Patient).Select(group => group.Count()).Order());
    }

    [Fact]
    public async Task Objects_without_labels_refuse_the_sealing_unless_they_are_to_be_left_out()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        await hospital.UploadAsync(StewardWork.Phantoms(3).Select(phantom => phantom.ToDicom()));
        await hospital.LabelAsync("patient", [new("PHANTOM-0001", "1", null), new("PHANTOM-0002", "0", null)]);
        var problem = (await hospital.SealAsync()).Problem(HttpStatusCode.Conflict);
        Assert.Contains("2 of the objects", problem, StringComparison.Ordinal);
        Assert.Contains("object 4 of upload", problem, StringComparison.Ordinal);
        Assert.Equal(4, (await hospital.SealAsync(leaveOutUnlabelled: true)).As(ContractsJson.Strict.SealedVersion).Samples);
    }

    private static async Task<DatasetManifest> ManifestAsync(Hospital hospital, int version)
    {
        await using var db = await hospital.Services.GetRequiredService<IDbContextFactory<GatewayDb>>().CreateDbContextAsync();
        var row = await db.Versions.SingleAsync(candidate => candidate.Version == version);
        return StatementKinds.Manifest.Verify(row.Manifest, hospital.Services.GetRequiredService<GatewayKeys>().Statement.Public).Value;
    }

    private static async Task<byte[]> OpenAsync(Hospital hospital, ManifestPart part)
    {
        var header = await File.ReadAllBytesAsync(Path.Combine(hospital.State, "blobs", "headers", Hospital.Dataset, part.Id));
        await using var body = File.OpenRead(Path.Combine(hospital.State, "blobs", "bodies", Hospital.Dataset, part.Id));
        var storage = hospital.Services.GetRequiredService<GatewayKeys>().Storage;
        return (await ManifestOpening.ToMemoryAsync(header, body, part, storage, 1 << 30, CancellationToken.None)).Unwrap();
    }

    private static async Task<Dictionary<string, byte[]>> ReadShardAsync(Hospital hospital, ManifestPart shard)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        await using var tar = new TarReader(new MemoryStream(await OpenAsync(hospital, shard)));
        while (await tar.GetNextEntryAsync(copyData: true) is { } entry)
        {
            var content = new MemoryStream();
            await entry.DataStream!.CopyToAsync(content);
            files.Add(entry.Name, content.ToArray());
        }

        return files;
    }
}
