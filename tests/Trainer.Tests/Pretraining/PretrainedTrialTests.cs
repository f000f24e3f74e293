using System.Text.Json.Nodes;
using Scanlock.LibTorch;
using Scanlock.Testing;
using Scanlock.Trainer.Training.Checkpoints;

namespace Scanlock.Trainer.Tests.Pretraining;

public sealed class PretrainedTrialTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public PretrainedTrialTests() => Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("rotation")]
    [InlineData("contrast")]
    public async Task A_trial_says_how_it_was_pre_trained_and_goes_on_without_doing_so_again(string method)
    {
        await Phantoms.WriteAsync(Phantoms.Make(patientsPerClass: 5, slicesPerPatient: 4), _folder["data"]);
        var job = TrainerRun.Job(TrainerRun.Spec(
            ("network", "simplecnn"), ("epochs", 20), ("average_decay", 0.5), ("pretraining", new JsonObject { ["method"] = method, ["epochs"] = 3, ["queue"] = 20 })));

        var whole = await TrainerRun.StartAsync(_folder.Path, job);
        await TrainerRun.KillAsync(_folder.Path, job, _folder["kept"], afterLines: 1);
        var last = await TrainerRun.StartAsync(_folder.Path, job, checkpoint: _folder["kept"]);

        Assert.True(last.ExitCode == 0, last.Error);
        var metrics = whole.Metrics;
        Assert.Equal(3, metrics.PretrainingEpochs!.Count);
        Assert.Equal(20 * (32 / 8), metrics.Steps);
        foreach (var file in whole.Files)
        {
            Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(whole.Out, file)), await File.ReadAllBytesAsync(Path.Combine(last.Out, file)));
        }

        Assert.True(File.Exists(Path.Combine(_folder["kept"], Checkpoint.FileName)));
    }
}
