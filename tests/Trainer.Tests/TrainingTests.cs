using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.LibTorch;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Trainer.Tests;

public sealed class TrainingTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public TrainingTests() => Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Separable_phantoms_are_learnt_and_nothing_but_model_and_metrics_is_left()
    {
        await Phantoms.WriteAsync(Phantoms.Make(patientsPerClass: 12, slicesPerPatient: 5), _folder["data"]);

        var run = await TrainerRun.StartAsync(_folder.Path, TrainerRun.Spec(("epochs", 4)));

        Assert.True(run.ExitCode == 0, run.Error);
        var metrics = run.Metrics;
        Assert.True(metrics.Final!.Accuracy > 0.9, metrics.ToString());
        Assert.Equal([TrainerJob.MetricsFile, TrainerJob.ModelFile], run.Files);
        Assert.Equal([1, 2, 3, 4], run.Progress.Select(p => p.Epoch));
        Assert.All(run.Progress, p => Assert.True(p.IsDeclared));
        Assert.Equal(run.Progress.Select(p => p.Values[ProgressNames.Loss]), metrics.Epochs.Select(e => e.Loss!.Value));
        Assert.Equal([new ClassCount(0, 10, 50), new ClassCount(1, 10, 50)], metrics.Training);
        Assert.Equal([new ClassCount(0, 2, 10), new ClassCount(1, 2, 10)], metrics.Validation);
        Assert.Equal(4 * (100 / 8), metrics.Steps);
        Assert.Equal(TrialNetworks.Parameters("resnet18"), metrics.Parameters);
    }

    [Theory]
    [Trait("promise", "P12")]
    [InlineData("cpu")]
    public async Task The_same_spec_and_seed_give_the_same_bytes_twice_and_another_seed_does_not(string device)
    {
        await Phantoms.WriteAsync(Phantoms.Make(patientsPerClass: 5, slicesPerPatient: 4), _folder["data"]);
        var spec = TrainerRun.Spec(("device", device), ("class_weights", "balanced"), ("label_smoothing", 0.1));

        var first = await TrainerRun.StartAsync(_folder.Path, spec);
        var second = await TrainerRun.StartAsync(_folder.Path, spec);
        var other = await TrainerRun.StartAsync(_folder.Path, spec, seed: 8);

        Assert.True(first.ExitCode == 0, first.Error);
        foreach (var file in first.Files)
        {
            var bytes = await File.ReadAllBytesAsync(Path.Combine(first.Out, file));
            Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(second.Out, file)));
            Assert.NotEqual(bytes, await File.ReadAllBytesAsync(Path.Combine(other.Out, file)));
        }
    }

    [Fact]
    public async Task The_order_of_samples_and_shards_does_not_matter()
    {
        var slices = Phantoms.Make(patientsPerClass: 5, slicesPerPatient: 4);
        await Phantoms.WriteAsync(slices, _folder["data"]);
        var first = await TrainerRun.StartAsync(_folder.Path, TrainerRun.Spec(("epochs", 1)));
        await Phantoms.WriteAsync([.. slices.Reverse()], _folder["data"]);
        var second = await TrainerRun.StartAsync(_folder.Path, TrainerRun.Spec(("epochs", 1)));

        Assert.True(first.ExitCode == 0, first.Error);
        Assert.Equal(first.Metrics.Final, second.Metrics.Final);
    }

    [Fact]
    public async Task Slices_without_the_label_are_left_out_and_counted()
    {
        var slices = Phantoms.Make(patientsPerClass: 5, slicesPerPatient: 4);
        await Phantoms.WriteAsync(slices, _folder["data"]);
        await Phantoms.WriteLabelsAsync(slices.Skip(3).Select(s => new LabelRow(s.Key, "covid", s.Class)).Append(new LabelRow(slices[0].Key, "other", "7")), _folder["data"]);

        var metrics = (await TrainerRun.StartAsync(_folder.Path, TrainerRun.Spec(("epochs", 1)))).Metrics;

        Assert.Equal(3, metrics.Unlabelled);
        Assert.Equal(slices.Count - 3, metrics.Training.Concat(metrics.Validation).Sum(c => c.Samples));
    }

    [Fact]
    public async Task Slices_of_any_size_train_together()
    {
        var slices = Phantoms.Make(3, 3, side: 40).Concat(Phantoms.Make(3, 3, side: 64).Select(s => s with { Key = "b" + s.Key, Patient = "b" + s.Patient }));
        await Phantoms.WriteAsync([.. slices], _folder["data"]);

        var run = await TrainerRun.StartAsync(_folder.Path, TrainerRun.Spec(("epochs", 1)));

        Assert.True(run.ExitCode == 0, run.Error);
    }

    [Fact]
    [Trait("promise", "P6")]
    public async Task No_more_numbers_are_said_than_the_permit_allows_and_the_last_epoch_is_among_them()
    {
        await Phantoms.WriteAsync(Phantoms.Make(patientsPerClass: 4, slicesPerPatient: 3), _folder["data"]);
        var job = TrainerRun.Job(TrainerRun.Spec(("epochs", 5)));

        var run = await TrainerRun.StartAsync(_folder.Path, job with { Bounds = TrainerRun.NoBounds with { ProgressValues = 8 } });

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal([2, 5], run.Progress.Select(p => p.Epoch));
        Assert.Equal(5, run.Metrics.Epochs.Count);
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task Memory_that_does_not_suffice_is_said_with_a_batch_to_try()
    {
        Assert.SkipUnless(Programs.Find("prlimit") is not null, "prlimit is not installed");
        await Phantoms.WriteAsync(Phantoms.Make(patientsPerClass: 10, slicesPerPatient: 5), _folder["data"]);
        var job = TrainerRun.Job(TrainerRun.Spec(("image_size", 512), ("batch", 64), ("epochs", 1)));

        var run = await TrainerRun.StartAsync(_folder.Path, job, new ResourceLimits { AddressSpaceBytes = 6L << 30 });

        Assert.Equal(JobFailures.OutOfMemory, run.Failure);
        Assert.Contains("try batch 32", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Files);
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task Without_its_native_library_it_says_so()
    {
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, "Scanlock.*").Where(f => !f.EndsWith(".so", StringComparison.Ordinal)))
        {
            File.Copy(file, _folder[Path.GetFileName(file)]);
        }

        await Phantoms.WriteAsync(Phantoms.Make(patientsPerClass: 4, slicesPerPatient: 3), _folder["data"]);
        var run = await TrainerRun.StartAsync(_folder.Path, TrainerRun.Job(TrainerRun.Spec()), limits: null, programs: _folder.Path);

        Assert.Equal(JobFailures.TrainerCrashed, run.Failure);
        Assert.Contains("libtorch-dev", run.Error, StringComparison.Ordinal);
    }
}
