using System.Diagnostics;
using System.Text;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Tests.Hosting;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Datasets;

public sealed class RealSliceTests
{
    /// <summary>Every tenth slice, in all its encodings; the answer key says what must be nowhere.</summary>
    [Fact]
    [Trait("promise", "P2")]
    [Trait("promise", "P3")]
    public async Task Real_scans_go_in_and_nothing_of_the_answer_key_is_anywhere_on_disk()
    {
        var data = Repository.SharedData("ct-slices");
        Assert.SkipWhen(data is null, "there is no real CT here");
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync(Policies.For(Hospital.Dataset, intake: "{burned_in_text: mask}"));
        var rows = File.ReadLines(Path.Combine(data, "labels.csv")).Skip(1).Select(line => line.Split(',')).Where((_, i) => i % 10 == 0).ToList();
        var objects = rows.Select(row => File.ReadAllBytes(Path.Combine(data, row[0]))).ToList();
        var clock = Stopwatch.StartNew();
        var report = await hospital.UploadAsync(objects);
        TestContext.Current.TestOutputHelper?.WriteLine($"{objects.Count / clock.Elapsed.TotalSeconds:0.0} objects/s");
        Assert.Equal(objects.Count, report.Stored);
        var labels = rows.Select((row, i) => new LabelAssignment(Sha256Digest.Of(objects[i]).ToString(), row[1], row[2]));
        Assert.Equal(report.Stored, (await hospital.LabelAsync("file", labels)).As(ContractsJson.Strict.LabelReport).Labelled);
        var version = (await hospital.SealAsync()).As(ContractsJson.Strict.SealedVersion);
        Assert.Equal((objects.Count, rows.Select(row => row[2]).Distinct().Count()), (version.Samples, version.Patients));

        var files = rows.Select(row => row[0]).ToHashSet();
        var secrets = File.ReadLines(Path.Combine(data, "phi.csv")).Skip(1).Select(line => line.Split(',', 3))
            .Where(row => files.Contains(row[0]) && row[2].Length >= 5).Select(row => row[2].Trim('"'))
            .Concat(rows.Select(row => row[5])).Distinct().Select(Encoding.UTF8.GetBytes).ToList();
        Assert.NotEmpty(secrets);
        await hospital.StopGatewayAsync();
        foreach (var file in Directory.EnumerateFiles(hospital.State, "*", SearchOption.AllDirectories))
        {
            var content = await File.ReadAllBytesAsync(file);
            Assert.DoesNotContain(secrets, secret => content.AsSpan().IndexOf(secret) >= 0);
        }

        await hospital.StartGatewayAsync();
    }
}
