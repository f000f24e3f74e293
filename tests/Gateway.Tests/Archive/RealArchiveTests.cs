using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Contracts;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Signing;
using Scanlock.Envelope;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Tests.Hosting;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Archive;

/// <summary>Real slices, in all their encodings, through an archive and out again.</summary>
public sealed class RealArchiveTests
{
    private const int EveryNth = 25;

    [Fact]
    [Trait("promise", "P2")]
    public async Task Real_scans_come_back_valid_with_their_pixels_and_nothing_of_the_answer_key()
    {
        var data = Repository.SharedData("ct-slices");
        Assert.SkipWhen(data is null, "there is no real CT here");
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync(Archived.Policy(text: "mask"));
        var rows = File.ReadLines(Path.Combine(data, "labels.csv")).Skip(1).Select(line => line.Split(',')).Where((_, i) => i % EveryNth == 0).ToList();
        var objects = rows.ConvertAll(row => File.ReadAllBytes(Path.Combine(data, row[0])));
        Assert.Equal(objects.Count, (await hospital.UploadAsync(objects)).Stored);
        await hospital.LabelAsync("file", rows.Select((row, i) => new LabelAssignment(Sha256Digest.Of(objects[i]).ToString(), row[1], row[2])));
        (await hospital.SealAsync()).As(ContractsJson.Strict.SealedVersion);

        var archived = await hospital.TakeOutAsync();
        Assert.Equal(objects.Count, archived.Count);
        var files = rows.Select(row => row[0]).ToHashSet();
        var secrets = File.ReadLines(Path.Combine(data, "phi.csv")).Skip(1).Select(line => line.Split(',', 3))
            .Where(row => files.Contains(row[0]) && row[2].Length >= 5).Select(row => row[2].Trim('"')).Concat(rows.Select(row => row[5])).Distinct().ToList();
        Assert.NotEmpty(secrets);
        await hospital.StopGatewayAsync();
        foreach (var content in archived.Values.Concat(Directory.EnumerateFiles(hospital.State, "*", SearchOption.AllDirectories).Select(File.ReadAllBytes)))
        {
            Assert.DoesNotContain(secrets, secret => content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0);
        }

        await hospital.StartGatewayAsync();
        await AssertNoNewErrorsAsync(hospital, objects, archived);
        var read = await Archived.ReadAsync(archived);
        Assert.All(read.Values, file => Assert.DoesNotContain(secrets, secret => file.Text("text").Contains(secret, StringComparison.Ordinal)));
        var samples = await SamplePixelsAsync(hospital);
        Assert.Equal(samples.Keys.Order(), read.Keys.Order());
        var looked = read.Where(file => file.Value.GetProperty("pixels").ValueKind != JsonValueKind.Null).ToList();
        Assert.True(looked.Count >= objects.Count / 3, $"Of {objects.Count} only the pixels of {looked.Count} could be read.");
        Assert.All(looked, file => Assert.Equal(samples[file.Key], file.Value.Text("pixels")));
    }

    /// <summary>By dciodvfy, that of another project's DICOM tools.</summary>
    private static async Task AssertNoNewErrorsAsync(Hospital hospital, IReadOnlyList<byte[]> objects, Dictionary<string, byte[]> archived)
    {
        if (Programs.Find("dciodvfy") is null)
        {
            TestContext.Current.TestOutputHelper?.WriteLine("dicom3tools is not installed, so validity was not looked at.");
            return;
        }

        using var folder = new TestFolder();
        var hashes = hospital.Services.GetRequiredService<DatasetKeys>().Open(Hospital.Dataset);
        var pairs = new List<string>();
        foreach (var content in objects)
        {
            var key = hashes.ObjectKey(Sha256Digest.Of(content));
            await File.WriteAllBytesAsync(folder[$"{key}.before"], content);
            await File.WriteAllBytesAsync(folder[$"{key}.after"], archived[$"{key}.dcm"]);
            pairs.Add($"{folder[$"{key}.before"]}\t{folder[$"{key}.after"]}");
        }

        await File.WriteAllLinesAsync(folder["pairs"], pairs);
        var script = Path.Combine(Repository.Root, "tests", "Intake.Tests", "Deidentification", "validity.py");
        var run = await ProgramRunner.RunTextAsync(
            new ProgramStart("/usr/bin/python3", script, folder["pairs"]), new RunLimits(TimeSpan.FromMinutes(2), OutputBytes: 4 << 20));
        Assert.True(run.Succeeded, run.ErrorTail);
        var report = JsonDocument.Parse(run.Output).RootElement;
        Assert.Empty(report.GetProperty("new").EnumerateArray().Select(error => error.GetString()));
        Assert.True(report.GetProperty("compared").GetInt32() > 0);
    }

    /// <summary>SHA-256 of each sample's pixels as they were sealed.</summary>
    private static async Task<Dictionary<string, string>> SamplePixelsAsync(Hospital hospital)
    {
        await using var db = await hospital.Services.GetRequiredService<IDbContextFactory<GatewayDb>>().CreateDbContextAsync();
        var keys = hospital.Services.GetRequiredService<GatewayKeys>();
        var manifest = StatementKinds.Manifest.Verify((await db.Versions.SingleAsync()).Manifest, keys.Statement.Public).Value;
        var samples = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var shard in manifest.Shards)
        {
            var header = await File.ReadAllBytesAsync(Path.Combine(hospital.State, "blobs", "headers", Hospital.Dataset, shard.Id));
            await using var body = File.OpenRead(Path.Combine(hospital.State, "blobs", "bodies", Hospital.Dataset, shard.Id));
            var tar = (await ManifestOpening.ToMemoryAsync(header, body, shard, keys.Storage, 1 << 30, CancellationToken.None)).Unwrap();
            await using var reader = new TarReader(new MemoryStream(tar));
            while (await reader.GetNextEntryAsync(copyData: true) is { } entry)
            {
                if (entry.Name.EndsWith(".npy", StringComparison.Ordinal))
                {
                    var content = new MemoryStream();
                    await entry.DataStream!.CopyToAsync(content);
                    var hash = SHA256.HashData(NpyCodec.Decode(content.ToArray()).Data.Span);
                    samples.Add(Path.GetFileNameWithoutExtension(entry.Name), Convert.ToHexStringLower(hash));
                }
            }
        }

        return samples;
    }
}
