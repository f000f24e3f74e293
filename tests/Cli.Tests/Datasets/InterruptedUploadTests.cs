using System.Text.Json;
using Scanlock.Cli.Tests.Hosts;
using Scanlock.Processes;
using Scanlock.Testing;
using static Scanlock.Cli.Tests.Datasets.UploadTests;

namespace Scanlock.Cli.Tests.Datasets;

/// <summary>Uploads whose gateway, or whose person, stops in the middle.</summary>
[Trait("promise", "P9")]
public sealed class InterruptedUploadTests(LocalGateway gateway) : IClassFixture<LocalGateway>, IDisposable
{
    private const int Slices = 300;
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_gateway_killed_and_started_again_gets_the_rest_with_nothing_doubled()
    {
        var dataset = await gateway.NewDatasetAsync();
        var scans = await gateway.PhantomsAsync(_folder["scans"], patients: 30, slices: 10);
        var sending = gateway.RunAsync($"dataset upload {scans} --dataset {dataset} --json");
        await SomeAreStoredAsync();

        await gateway.KillAsync();
        await gateway.StartAsync();

        var run = await sending;
        Assert.True(run.ExitCode == 0, run.Error);
        using var report = JsonDocument.Parse(run.Output);
        Assert.Equal((Slices, 0), (Taken(report.RootElement), Number(report.RootElement, "not_sent")));
        await EachIsThereOnceAsync(dataset, scans);
    }

    [Fact]
    public async Task Stopped_by_its_person_it_says_how_to_go_on_and_goes_on_there()
    {
        var dataset = await gateway.NewDatasetAsync();
        var scans = await gateway.PhantomsAsync(_folder["scans"], patients: 30, slices: 10);
        await using var program = RunningProgram.Start(DotnetRuntime.Current().Start(Repository.Output("Cli", "scanlock.dll"), "dataset", "upload", scans, "--dataset", dataset, "--jobs", "1") is var start
            ? start with { Environment = new Dictionary<string, string>(start.Environment, StringComparer.Ordinal) { ["SCANLOCK_CONFIG"] = gateway.Config } }
            : throw new InvalidOperationException());
        await SomeAreStoredAsync();

        Assert.Equal(0, (await ScanlockProgram.RunShellAsync($"kill -INT {program.Id}")).ExitCode);
        using var output = new StreamReader(program.Output);
        var said = await output.ReadToEndAsync();

        Assert.Equal(new ProgramExit.Status(1), await program.Exit);
        await program.ErrorsRead;
        Assert.Contains("not sent, of 300", said, StringComparison.Ordinal);
        Assert.Contains("Run the same command again", program.ErrorTail, StringComparison.Ordinal);
        var rest = await gateway.JsonAsync($"dataset upload {scans} --dataset {dataset}");
        Assert.True(Number(rest, "duplicates") is > 0 and < Slices);
        Assert.Equal(Slices, Taken(rest));
        await EachIsThereOnceAsync(dataset, scans);
    }

    private async Task SomeAreStoredAsync()
    {
        var samples = Path.Combine(gateway.State, "blobs", "samples");
        var before = Count();
        await Wait.UntilAsync("some samples", () => Task.FromResult(Count() > before + 10), TimeSpan.FromMinutes(5));

        int Count() => Directory.Exists(samples) ? Directory.EnumerateFiles(samples, "*", SearchOption.AllDirectories).Count() : 0;
    }

    /// <summary>What is in the dataset now, in quarantine or not: something in an invented slice may look like text.</summary>
    private static int Taken(JsonElement report) => Number(report, "stored") + Number(report, "duplicates") + Reasons(report, "quarantined").Count;

    /// <summary>Labelled and sealed, the version holds each slice that is not in quarantine once: nothing is missing, doubled or half there.</summary>
    private async Task EachIsThereOnceAsync(string dataset, string scans)
    {
        var labels = await gateway.JsonAsync($"dataset label {scans}/labels.csv --dataset {dataset} --key file --label finding --patient patient");
        var labelled = Number(labels, "labelled");
        var held = (await gateway.JsonAsync($"dataset upload {scans} --dataset {dataset}")).GetProperty("duplicates").GetInt32();
        Assert.InRange(labelled, Slices * 9 / 10, Slices);
        Assert.Equal((0, labelled), (Number(labels, "unlabelled"), Number(await gateway.JsonAsync($"dataset seal {dataset}"), "samples")));
        Assert.InRange(held, labelled, Slices);
    }
}
