using System.Text.Json;
using Scanlock.Cli.Tests.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Broker;
using Scanlock.Testing;

namespace Scanlock.Cli.Tests.Runs;

public sealed class RunCommandTests : IDisposable
{
    private const string Sentence = "one reviewer of saint-brannoch must approve, and 0 did";

    private readonly LoopbackHost _host = new();
    private readonly TestFolder _folder = new();

    public void Dispose()
    {
        _host.Dispose();
        _folder.Dispose();
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task An_unknown_field_of_an_experiment_is_named_with_its_place()
    {
        await File.WriteAllTextAsync(_folder["experiment.yaml"], "name: first\npurpose:\n  permission: HMB\n  reason: none\n", TestContext.Current.CancellationToken);

        var run = await _host.RunAsync($"run submit {_folder["experiment.yaml"]}");

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("scanlock run submit: experiment.yaml, at $.purpose", run.Error, StringComparison.Ordinal);
        Assert.Contains("'reason'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_shows_every_trial_and_what_a_permit_must_allow_without_asking_anybody()
    {
        await WriteAsync("""
              method: grid
              folds: 2
              space:
                learning_rate: [0.1, 0.01]
                pretraining.queue: {values: [64], when: {pretraining.method: [contrast]}}
                pretraining.method: {values: [none, contrast]}
            """);

        var run = await _host.RunAsync($"run plan {_folder["experiment.yaml"]}");
        var json = await _host.RunAsync($"run plan {_folder["experiment.yaml"]} --json");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("8: 4 configurations, each in 2 folds", run.OutputText, StringComparison.Ordinal);
        Assert.Contains("learning_rate 0.1, pretraining.method contrast, pretraining.queue 64, validation.fold 1, validation.folds 2", run.OutputText, StringComparison.Ordinal);
        using var plan = JsonDocument.Parse(json.OutputText);
        Assert.Equal(8, plan.RootElement.GetProperty("trials").GetArrayLength());
        Assert.Equal(29, plan.RootElement.GetProperty("bounds").GetProperty("epochs").GetInt32());
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task Plan_names_every_fault_of_a_search()
    {
        await WriteAsync("""
              method: asha
              trials: 4
              space:
                learning_rat: [0.1]
                batch: {min: 4, max: 2}
            """);

        var run = await _host.RunAsync($"run plan {_folder["experiment.yaml"]}");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("search.objective: is missing: what is to be best?", run.Error, StringComparison.Ordinal);
        await WriteAsync("  method: grid\n  space: {learning_rat: [0.1], batch: [4, 0]}\n");
        Assert.Contains("search.space.learning_rat: is no field of a trial spec", (await _host.RunAsync($"run plan {_folder["experiment.yaml"]}")).Error, StringComparison.Ordinal);
    }

    private Task WriteAsync(string search) => File.WriteAllTextAsync(
        _folder["experiment.yaml"],
        $$"""
        name: first
        gateway: saint-brannoch
        dataset: covid-ct
        project: lung
        purpose: {permission: HMB}
        site: cluster
        trial: {v: 1, label: covid, network: resnet18, epochs: 9}
        search:
        {{search}}
        """,
        TestContext.Current.CancellationToken);

    [Fact]
    public async Task Watch_says_once_who_must_agree_and_waits_on()
    {
        await _host.SignInAsync();
        var waiting = View(TrialStates.WaitingApproval, "Waiting for approval at the gateway 'saint-brannoch'. " + Sentence);
        _host.Answer("GET /api/v1/experiments/e1", waiting, waiting, View(TrialStates.Finished, null));

        var run = await _host.RunAsync($"run watch e1 --broker {_host.Url}");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(2, run.Error.Split(Sentence).Length);
        Assert.Contains("scanlock access approve e1 --comment TEXT", run.Error, StringComparison.Ordinal);
        Assert.Contains("t1  finished", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_says_once_what_it_waits_for()
    {
        await _host.SignInAsync();
        _host.Answer("GET /api/v1/experiments/e1", View(TrialStates.WaitingApproval, "Waiting for approval at the gateway 'saint-brannoch'. " + Sentence));

        var run = await _host.RunAsync($"run status e1 --broker {_host.Url}");

        Assert.Equal(2, run.OutputText.Split(Sentence).Length);
        Assert.DoesNotContain("(Waiting", run.OutputText, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task Release_from_a_gateway_that_the_broker_no_longer_knows_says_so()
    {
        await _host.SignInAsync();
        var view = View(TrialStates.Finished, null);
        using var experiment = JsonDocument.Parse(view);
        _host.Answer("GET /api/v1/trials/t1", experiment.RootElement.GetProperty("trials")[0].GetRawText());
        _host.Answer("GET /api/v1/experiments/e1", view);
        _host.Answer("GET /api/v1/gateways", """[{"gateway":"elsewhere","url":"http://127.0.0.1:1"}]""");

        var run = await _host.RunAsync($"run release t1 --broker {_host.Url}");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("scanlock run release: The broker knows no gateway 'saint-brannoch'; it knows elsewhere.", run.Error.Trim());
    }

    [Fact]
    public async Task Results_begin_with_what_a_reader_looks_for()
    {
        await _host.SignInAsync();
        _host.Answer("GET /api/v1/experiments/e1", View(TrialStates.Finished, null));

        var run = await _host.RunAsync($"run results e1 --broker {_host.Url}");

        var names = run.OutputText.Split('\n').Select(line => line.Split(' ')[0]).Where(name => name is "accuracy" or "auc" or "sensitivity" or "loss" or "true_positives");
        Assert.Equal(["accuracy", "auc", "sensitivity", "loss", "true_positives"], names);
    }

    [Fact]
    public async Task Results_of_scans_and_lesions_are_shown_with_their_intervals_and_what_is_withheld()
    {
        await _host.SignInAsync();
        _host.Answer("GET /api/v1/experiments/e1", View(TrialStates.Finished, null, """
            {"final":null,"scans":{"auc":0.9,"counts":[],"cut_offs":[{"cut_off":0.4,"answers":{"f1":0.1}},{"cut_off":0.5,"answers":{"f1":0.8}}],
             "intervals":{"auc":{"low":0.85,"high":0.95}}},"segmentation":{"lesion_slices":4,"pooled":{"dice":0.7,"intervals":null},"per_slice":{"dice":null}},
             "explanation":{"method":"gradcam","energy_in_lung":0.6}}
            """));

        var run = await _host.RunAsync($"run results e1 --broker {_host.Url}");

        var lines = run.OutputText.Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToList();
        string[] expected =
        [
            "scans: auc 0.9 (0.85 to 0.95)", "scans: f1 0.8", "pooled: dice 0.7", "per slice: dice withheld",
            "explanation: method gradcam", "explanation: energy_in_lung 0.6",
        ];
        Assert.Equal(expected, lines.Where(line => line.Contains(": ", StringComparison.Ordinal)));
    }

    private static string View(
        string state, string? explanation, string json = """{"final":{"loss":0.5,"true_positives":9,"sensitivity":0.8,"auc":0.9,"accuracy":0.7}}""")
    {
        using var metrics = JsonDocument.Parse(json);
        var trial = new TrialView("t1", "e1", new Dictionary<string, JsonElement>(), state, null, null, null, explanation, null, [], metrics.RootElement, null, DateTimeOffset.UnixEpoch);
        return JsonSerializer.Serialize(
            new ExperimentView("e1", "first", "saint-brannoch", "covid-ct", "cluster", state, "e1", "pending", [new("approvals", 7, "needs-approval", Sentence)], new Dictionary<string, int> { [state] = 1 }, [trial], DateTimeOffset.UnixEpoch),
            ContractsJson.Strict.ExperimentView);
    }
}
