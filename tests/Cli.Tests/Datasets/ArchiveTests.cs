using Scanlock.Cli.Tests.Hosts;
using Scanlock.Contracts.Signing;
using Scanlock.Testing;
using static Scanlock.Cli.Tests.Datasets.UploadTests;

namespace Scanlock.Cli.Tests.Datasets;

public sealed class ArchiveTests(LocalGateway gateway) : IClassFixture<LocalGateway>, IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_steward_takes_the_de_identified_DICOM_of_a_version_out()
    {
        var dataset = await gateway.NewDatasetAsync();
        var demo = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "policies", "demo.yaml"));
        await File.WriteAllTextAsync(_folder["policy.yaml"], demo
            .Replace("dataset: demo", $"dataset: {dataset}", StringComparison.Ordinal)
            .Replace("{burned_in_text: mask}", "{burned_in_text: mask, archive: true}", StringComparison.Ordinal));
        await gateway.JsonAsync($"dataset policy {dataset} {_folder["policy.yaml"]}");
        var scans = await gateway.PhantomsAsync(_folder["scans"], patients: 2, slices: 2);
        Assert.Equal(4, Number(await gateway.JsonAsync($"dataset upload {scans} --dataset {dataset}"), "stored"));
        var early = await gateway.RunAsync($"dataset archive {dataset} --out {_folder["early"]}");
        await gateway.JsonAsync($"dataset label {scans}/labels.csv --dataset {dataset} --key file --label finding");
        await gateway.JsonAsync($"dataset seal {dataset}");

        var report = await gateway.JsonAsync($"dataset archive {dataset} --out {_folder["out"]}");

        Assert.Equal(1, early.ExitCode);
        Assert.Contains("No version", early.Error, StringComparison.Ordinal);
        Assert.Equal((1, 4), (Number(report, "version"), Number(report, "objects")));
        var files = Directory.GetFiles(_folder["out"]);
        Assert.Equal(4, files.Length);
        Assert.All(files, file => Assert.Matches(@"/[0-9a-f]{32}\.dcm$", file));
        Assert.All(files, file => Assert.Equal("DICM"u8.ToArray(), File.ReadAllBytes(file)[128..132]));
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.Equal(files.Sum(file => new FileInfo(file).Length), report.GetProperty("bytes").GetInt64());
        Assert.Equal(0, Number(report, "samples_without"));
        using var stranger = SigningKey.Create();
        await File.WriteAllTextAsync(_folder["stranger.pem"], stranger.Public.ExportPem());
        var unsigned = await gateway.RunAsync($"dataset archive {dataset} --out {_folder["unsigned"]} --key {_folder["stranger.pem"]}");
        Assert.Equal(1, unsigned.ExitCode);
        Assert.Contains("is not signed by the key", unsigned.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["unsigned"]));
        Assert.Equal(1, (await gateway.RunAsync($"dataset archive {dataset} --out {_folder["unsigned"]} --key {_folder["policy.yaml"]}")).ExitCode);
        Assert.Equal(1, (await gateway.RunAsync($"dataset archive {dataset} --version 7 --out {_folder["out"]}")).ExitCode);
    }
}
