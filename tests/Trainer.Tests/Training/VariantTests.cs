using System.Text.Json.Nodes;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.LibTorch;
using Scanlock.Testing;
using Scanlock.Trainer.Data;

namespace Scanlock.Trainer.Tests.Training;

/// <summary>Whole trainings of the variants that a spec can ask for.</summary>
public sealed class VariantTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public VariantTests() => Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [Trait("promise", "P12")]
    [InlineData("""{"network":"simplecnn","loss":"cross_entropy","optimizer":"sgd","schedule":"step","step_epochs":1,"gradient_clip":1,"label_smoothing":0.1}""")]
    [InlineData("""{"network":"simplecnn","loss":"focal","optimizer":"adam","amsgrad":true,"dropout":0.3,"class_weights":"balanced","sampling":"balanced"}""")]
    [InlineData("""{"network":"simplecnn","channels":3,"average_decay":0.9,"keep":"best","warmup_epochs":1,"validation":{"folds":2,"fold":1}}""")]
    [InlineData("""{"network":"unet","task":"segment","loss":"cross_entropy","optimizer":"adam","class_weights":"balanced"}""")]
    [InlineData("""{"network":"unet","task":"segment","loss":"focal","optimizer":"sgd"}""")]
    [InlineData("""{"network":"unet","task":"segment","loss":"dice","amsgrad":true}""")]
    [InlineData("""{"network":"unet","task":"segment","loss":"boundary","schedule":"constant"}""")]
    public async Task Every_loss_and_optimizer_trains_and_gives_the_same_bytes_twice(string fields)
    {
        await Phantoms.WriteAsync(Phantoms.Make(patientsPerClass: 3, slicesPerPatient: 2, masks: true), _folder["data"]);
        var job = TrainerRun.Job(TrainerRun.Spec([("epochs", 2), ("batch", 4), ("bootstrap", 10), .. Fields(fields)]));

        var first = await TrainerRun.StartAsync(_folder.Path, job);
        var second = await TrainerRun.StartAsync(_folder.Path, job);

        Assert.True(first.ExitCode == 0, first.Error);
        Assert.Equal(2, first.Metrics.Epochs.Count);
        foreach (var file in first.Files)
        {
            Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(first.Out, file)), await File.ReadAllBytesAsync(Path.Combine(second.Out, file)));
        }
    }

    [Fact]
    public async Task Lesions_are_learnt_to_be_marked()
    {
        await Phantoms.WriteAsync(Phantoms.Make(patientsPerClass: 8, slicesPerPatient: 3, masks: true), _folder["data"]);
        var spec = TrainerRun.Spec(
            ("network", "unet"), ("task", "segment"), ("loss", "dice"), ("epochs", 9), ("batch", 4), ("bootstrap", 0));

        var run = await TrainerRun.StartAsync(_folder.Path, spec);

        Assert.True(run.ExitCode == 0, run.Error);
        var marked = run.Metrics.Segmentation!;
        Assert.True(marked.Pooled.Dice > 0.7, marked.ToString());
        Assert.Null(run.Metrics.Final);
        Assert.Equal(run.Metrics.Validation[1].Samples, marked.LesionSlices);
        Assert.Equal(32 * 32 * run.Metrics.Validation.Sum(c => c.Samples), marked.TruePositives + marked.FalsePositives + marked.TrueNegatives + marked.FalseNegatives);
        Assert.Equal(run.Progress.Select(p => p.Values[ProgressNames.Dice]), run.Metrics.Epochs.Select(e => e.Dice!.Value));
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task Without_a_lesion_in_the_training_part_there_is_nothing_to_segment()
    {
        var slices = Phantoms.Make(patientsPerClass: 2, slicesPerPatient: 3, masks: true);
        await Phantoms.WriteAsync(slices, _folder["data"]);
        await Phantoms.WriteLabelsAsync(slices.Select(s => new LabelRow(s.Key, "test_part", s.Class)), _folder["data"]);

        var run = await TrainerRun.StartAsync(_folder.Path, TrainerRun.Spec(
            ("network", "unet"), ("task", "segment"), ("batch", 4), ("class_weights", "balanced"), ("validation", new JsonObject { ["holdout"] = "test_part" })));

        Assert.Equal(JobFailures.OneClass, run.Failure);
        Assert.Contains("no training slice has a lesion", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Training_ends_early_once_nothing_gets_better_and_says_its_last_epoch()
    {
        await Phantoms.WriteAsync(Phantoms.Make(patientsPerClass: 4, slicesPerPatient: 3), _folder["data"]);
        var job = TrainerRun.Job(TrainerRun.Spec(
            ("network", "simplecnn"), ("epochs", 30), ("patience", 2), ("keep", "best"), ("learning_rate", 1e-12), ("schedule", "constant"),
            ("optimizer", "sgd")));

        var run = await TrainerRun.StartAsync(_folder.Path, job with { Bounds = TrainerRun.NoBounds with { ProgressValues = 8 } });

        Assert.True(run.ExitCode == 0, run.Error);
        var (metrics, last) = (run.Metrics, run.Metrics.Epochs.Count);
        Assert.InRange(last, 3, 29);
        Assert.Equal(last - 2, metrics.KeptEpoch);
        Assert.Equal(metrics.Epochs[^1].Step, metrics.Steps);
        Assert.Equal(last, run.Progress[^1].Epoch);
    }

    [Fact]
    [Trait("promise", "P11")]
    public void Volumes_that_memory_does_not_suffice_for_are_said_with_what_to_try()
    {
        var plan = Assert.IsType<Result<TrialPlan>.Ok>(TrialPlan.Check(TrainerRun.Job(TrainerRun.Spec(("network", "resnet3d_18"), ("image_size", 96), ("depth", 24), ("batch", 2))))).Value;

        Assert.Equal("batch: 2 of 24 x 96 x 96 does not fit into memory; try batch 1", MemoryAdvice.For(plan));
        Assert.EndsWith("try depth 12", MemoryAdvice.For(plan with { Spec = plan.Spec with { Batch = 1 } }), StringComparison.Ordinal);
        Assert.EndsWith("try image_size 64", MemoryAdvice.For(plan with { Spec = plan.Spec with { Batch = 1, Depth = 8 } }), StringComparison.Ordinal);
        Assert.EndsWith("try depth 12", MemoryAdvice.For(plan with { Minima = plan.Minima with { Batch = 2 } }), StringComparison.Ordinal);
        Assert.EndsWith("try a smaller network", MemoryAdvice.For(plan with { Spec = plan.Spec with { Batch = 1, Depth = 8, ImageSize = 32 } }), StringComparison.Ordinal);
    }

    private static IEnumerable<(string Name, JsonNode? Value)> Fields(string json) =>
        JsonNode.Parse(json)!.AsObject().Select(field => (field.Key, field.Value?.DeepClone()));
}
