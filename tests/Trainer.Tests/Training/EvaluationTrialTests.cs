using System.Text.Json.Nodes;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.Egress;
using Scanlock.LibTorch;
using Scanlock.Testing;

namespace Scanlock.Trainer.Tests.Training;

/// <summary>Models that are evaluated, or trained on, by their digest.</summary>
public sealed class EvaluationTrialTests : IDisposable
{
    private const string Holdout = "test_part";

    private readonly TestFolder _folder = new();
    private readonly IReadOnlyList<PhantomSlice> _slices = Hard(Phantoms.Make(patientsPerClass: 5, slicesPerPatient: 3, masks: true));

    public EvaluationTrialTests() => Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [Trait("promise", "P12")]
    [InlineData("simplecnn", "classify", 0, "last", TrainerJob.F32)]
    [InlineData("simplecnn", "classify", 0.9, "best", TrainerJob.Bf16)]
    [InlineData("simplecnn", "classify", 0, "best", TrainerJob.Bf16)]
    [InlineData("unet", "segment", 0.5, "last", TrainerJob.Bf16)]
    public async Task The_released_model_evaluated_on_the_validation_part_again_gives_the_metrics_it_was_released_with(
        string network, string task, double average, string keep, string precision)
    {
        await TrainingDataAsync();
        var explanation = ("explanation", task == "classify" ? "gradcam" : "none");
        var trained = await TrainerRun.StartAsync(_folder.Path, Job(
            explanation, ("network", network), ("task", task), ("epochs", 4), ("dropout", 0.2), ("active", Asking()), ("average_decay", average), ("keep", keep),
            ("validation", new JsonObject { ["holdout"] = Holdout })) with { Precision = precision });
        Assert.True(trained.ExitCode == 0, trained.Error);
        await Phantoms.WriteAsync([.. _slices.Where(IsHeldOut)], _folder["data"]);

        var job = EvaluationOf(await InstallAsync(trained.Model), explanation, ("network", network), ("dropout", 0.2), ("active", Asking())) with
        {
            Precision = precision,
        };
        var evaluated = await TrainerRun.StartAsync(_folder.Path, job);

        Assert.True(evaluated.ExitCode == 0, evaluated.Error);
        var (before, after) = (trained.Metrics, evaluated.Metrics);
        Assert.Equivalent(before.Final, after.Final, strict: true);
        Assert.Equivalent(before.Scans, after.Scans, strict: true);
        Assert.Equivalent(before.Segmentation, after.Segmentation, strict: true);
        Assert.Equal(before.Explanation, after.Explanation);
        Assert.Equal(task == "classify", after.Explanation is not null);
        Assert.Equal(before.Active!.Regions, after.Active!.Regions);
        Assert.NotEmpty(before.Active.Regions);
        Assert.Equal(before.Validation, after.Validation);
        Assert.Equal((0, (int?)null, 0), (after.Steps, after.KeptEpoch, after.Epochs.Count));
        Assert.All(after.Training, none => Assert.Equal((0, 0), (none.Patients, none.Samples)));
        Assert.Empty(evaluated.Progress);
        await PassesTheGateAsync(evaluated, job);
    }

    [Fact]
    public async Task A_training_goes_on_from_the_weights_that_the_spec_names()
    {
        await TrainingDataAsync();
        var first = await TrainerRun.StartAsync(_folder.Path, Job(("epochs", 3)) with { Precision = TrainerJob.F32 });
        var digest = await InstallAsync(first.Model);
        var job = Job(("epochs", 1), ("learning_rate", 1e-12), ("optimizer", "sgd"), ("initial_weights", digest.ToString()));

        var second = await TrainerRun.StartAsync(_folder.Path, Permitted(job, digest) with { Precision = TrainerJob.F32 });

        Assert.True(second.ExitCode == 0, second.Error);
        Assert.NotEqual(0.5, first.Metrics.Final!.Auc);
        Assert.InRange(second.Metrics.Final!.Auc!.Value - first.Metrics.Final.Auc!.Value, -0.2, 0.2);
        Assert.Equal(second.Metrics.Epochs[0].Step, second.Metrics.Steps);
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task Weights_that_are_not_what_the_spec_names_are_refused()
    {
        await TrainingDataAsync();
        var digest = Sha256Digest.Of("weights"u8);
        var job = EvaluationOf(digest);
        await RefusedAsync(JobFailures.BadData, $"initial_weights: the data folder has no weights/{digest.Hex}.safetensors", job);
        await RefusedAsync(JobFailures.BelowMinima, "initial_weights: the permit does not list this digest", job with { Bounds = TrainerRun.NoBounds });

        Directory.CreateDirectory(_folder["data", "weights"]);
        await File.WriteAllTextAsync(_folder["data", "weights", $"{digest.Hex}.safetensors"], "other weights");
        await RefusedAsync(JobFailures.BadData, $"initial_weights: weights/{digest.Hex}.safetensors has another digest than its name says", job);
        await File.WriteAllTextAsync(_folder["data", "weights", $"{digest.Hex}.safetensors"], "weights");
        await RefusedAsync(JobFailures.BadSpec, "initial_weights: ", job);
        await RefusedAsync(JobFailures.BelowMinima, "the permit asks for 11 evaluated patients; there are 10", job with { Minima = new Minima(1, 1, 11) });
    }

    private static JsonObject Asking() => new() { ["passes"] = 3, ["grid"] = 2 };

    private static bool IsHeldOut(PhantomSlice slice) => slice.Patient is "patient003" or "patient004" or "patient007" or "patient008";

    /// <summary>Every third patient has the other class's label: no network is sure, so that any other weights would answer otherwise.</summary>
    private static List<PhantomSlice> Hard(IReadOnlyList<PhantomSlice> slices) =>
        [.. slices.Select((slice, i) => i / 3 % 3 == 0 ? slice with { Class = slice.Class == "1" ? "0" : "1" } : slice)];

    private static TrainerJob Job(params IEnumerable<(string Name, JsonNode? Value)> fields) =>
        TrainerRun.Job(TrainerRun.Spec([("network", "simplecnn"), ("batch", 4), ("bootstrap", 20), .. fields]));

    private static TrainerJob EvaluationOf(Sha256Digest model, params IEnumerable<(string Name, JsonNode? Value)> fields) =>
        Permitted(Job([("task", "evaluate"), ("initial_weights", model.ToString()), .. fields]), model);

    private static TrainerJob Permitted(TrainerJob job, Sha256Digest model) =>
        job with { Bounds = TrainerRun.NoBounds with { InitialWeights = [model] } };

    private static async Task PassesTheGateAsync(TrainerRun run, TrainerJob job)
    {
        var spec = Assert.IsType<TrialSpecResult.Valid>(TrialSpecReader.Read(job.Spec)).Spec;
        var rules = new GateRules(spec, job.Seed, job.Bounds, job.Minima, new EgressRules(50_000_000, job.Precision, 1, "auto", 1));
        var verdict = MetricsGate.Pass(await File.ReadAllBytesAsync(Path.Combine(run.Out, TrainerJob.MetricsFile)), rules);
        var metrics = Assert.IsType<MetricsVerdict.Accepted>(verdict).Metrics;
        await using var model = File.OpenRead(run.Model);
        Assert.IsType<ModelVerdict.Accepted>(await ModelGate.PassAsync(model, Stream.Null, rules, metrics.Steps, TestContext.Current.CancellationToken));
    }

    private async Task TrainingDataAsync()
    {
        await Phantoms.WriteAsync(_slices, _folder["data"]);
        await Phantoms.WriteLabelsAsync(
            _slices.SelectMany(s => new[] { new LabelRow(s.Key, "covid", s.Class), new LabelRow(s.Key, Holdout, IsHeldOut(s) ? "1" : "0") }), _folder["data"]);
    }

    private async Task<Sha256Digest> InstallAsync(string model)
    {
        var digest = Sha256Digest.Of(await File.ReadAllBytesAsync(model));
        Directory.CreateDirectory(_folder["data", "weights"]);
        File.Copy(model, _folder["data", TrainerJob.WeightsFile(digest)]);
        return digest;
    }

    private async Task RefusedAsync(string failure, string sentence, TrainerJob job)
    {
        var run = await TrainerRun.StartAsync(_folder.Path, job);

        Assert.Equal(failure, run.Failure);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Files);
    }
}
