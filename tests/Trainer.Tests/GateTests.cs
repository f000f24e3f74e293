using System.Text.Json.Nodes;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Trials;
using Scanlock.Egress;
using Scanlock.LibTorch;
using Scanlock.Testing;

namespace Scanlock.Trainer.Tests;

/// <summary>What the trainer writes is what the gate lets out; the two were made apart.</summary>
[Trait("promise", "P6")]
public sealed class GateTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public GateTests() => Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(TrainerJob.Bf16)]
    [InlineData(TrainerJob.F32)]
    public async Task Model_and_metrics_of_a_training_pass_the_gate_and_the_model_byte_for_byte(string precision)
    {
        await PassAsync(TrainerRun.Job(TrainerRun.Spec()) with { Precision = precision });
    }

    [Fact]
    public async Task A_trial_that_is_pre_trained_hardened_and_explained_passes_the_gate()
    {
        var metrics = await PassAsync(TrainerRun.Job(TrainerRun.Spec(
            ("network", "simplecnn"), ("explanation", "guided_gradcam"), ("adversarial", new JsonObject { ["share"] = 0.5 }),
            ("pretraining", new JsonObject { ["method"] = "contrast", ["epochs"] = 2 }),
            ("preparation", new JsonObject { ["kind"] = "lung", ["min_area"] = 0, ["min_ratio"] = 0, ["min_slices"] = 0 }))));

        Assert.Equal(2, metrics.PretrainingEpochs!.Count);
        Assert.NotNull(metrics.Adversarial!.SaliencyInLungBefore);
        Assert.NotNull(metrics.Adversarial.SaliencyInLungAfter);
        Assert.NotNull(metrics.Explanation);
    }

    private async Task<TrialMetrics> PassAsync(TrainerJob job)
    {
        await Phantoms.WriteAsync(Phantoms.Make(patientsPerClass: 5, slicesPerPatient: 4), _folder["data"]);
        var run = await TrainerRun.StartAsync(_folder.Path, job);
        Assert.True(run.ExitCode == 0, run.Error);
        var spec = Assert.IsType<TrialSpecResult.Valid>(TrialSpecReader.Read(job.Spec)).Spec;
        var rules = new GateRules(spec, job.Seed, job.Bounds, job.Minima, new EgressRules(50_000_000, job.Precision, 1, "auto", 1));

        var verdict = MetricsGate.Pass(await File.ReadAllBytesAsync(Path.Combine(run.Out, TrainerJob.MetricsFile)), rules);
        var metrics = Assert.IsType<MetricsVerdict.Accepted>(verdict).Metrics;
        Assert.All(metrics.Withheld, withheld => Assert.Equal("cannot be computed from this data", withheld.Reason));

        using var output = new MemoryStream();
        await using var model = File.OpenRead(run.Model);
        Assert.IsType<ModelVerdict.Accepted>(await ModelGate.PassAsync(model, output, rules, metrics.Steps, TestContext.Current.CancellationToken));
        Assert.Equal(await File.ReadAllBytesAsync(run.Model), output.ToArray());
        return metrics;
    }

    [Fact]
    public async Task Metrics_of_a_training_that_asks_for_more_pass_the_gate_with_scans_and_intervals()
    {
        await Phantoms.WriteAsync(Phantoms.Make(patientsPerClass: 5, slicesPerPatient: 4), _folder["data"]);
        var job = TrainerRun.Job(TrainerRun.Spec(
            ("network", "simplecnn"), ("epochs", 6), ("keep", "best"), ("patience", 2), ("sampling", "balanced"), ("average_decay", 0.5),
            ("validation", new JsonObject { ["folds"] = 2, ["fold"] = 1 }), ("pretraining", new JsonObject { ["method"] = "rotation", ["epochs"] = 2 })));
        var run = await TrainerRun.StartAsync(_folder.Path, job);
        Assert.True(run.ExitCode == 0, run.Error);
        var spec = Assert.IsType<TrialSpecResult.Valid>(TrialSpecReader.Read(job.Spec)).Spec;
        var rules = new GateRules(spec, job.Seed, job.Bounds, job.Minima, new EgressRules(50_000_000, TrainerJob.Bf16, 1, "auto", 1));

        var verdict = MetricsGate.Pass(await File.ReadAllBytesAsync(Path.Combine(run.Out, TrainerJob.MetricsFile)), rules);

        var metrics = Assert.IsType<MetricsVerdict.Accepted>(verdict).Metrics;
        Assert.Equal(5, metrics.Scans!.Counts.Sum(of => of.Samples));
        Assert.NotNull(metrics.Final!.Intervals!.Accuracy);
        Assert.Equal(2, metrics.PretrainingEpochs!.Count);
        Assert.InRange(metrics.KeptEpoch!.Value, 1, metrics.Epochs.Count);
        Assert.Equal(metrics.Epochs[metrics.KeptEpoch.Value - 1].Auc, metrics.Epochs.Max(epoch => epoch.Auc));
    }
}
