using Scanlock.Contracts.Trials;
using Scanlock.LibTorch;
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
        Assert.True(run.Metrics.Final.Accuracy > 0.9, run.Metrics.ToString());
        Assert.Equal([TrainerJob.MetricsFile, TrainerJob.ModelFile], run.Files);
        Assert.Equal([1, 2, 3, 4], run.Progress.Select(p => p.Epoch));
        Assert.All(run.Progress, p => Assert.True(p.IsDeclared));
    }
}
