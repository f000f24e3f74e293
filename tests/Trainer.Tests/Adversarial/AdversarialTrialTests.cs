using System.Text.Json.Nodes;
using Scanlock.Contracts.Trials;
using Scanlock.LibTorch;
using Scanlock.Testing;

namespace Scanlock.Trainer.Tests.Adversarial;

public sealed class AdversarialTrialTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public AdversarialTrialTests() => Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Who_trained_against_an_attack_is_more_often_right_under_it()
    {
        await Phantoms.WriteAsync(Phantoms.Make(patientsPerClass: 12, slicesPerPatient: 5), _folder["data"]);

        var plain = await TrainedAsync(share: 1e-6);
        var hardened = await TrainedAsync(share: 1);

        Assert.True(hardened.AttackedAccuracy > plain.AttackedAccuracy + 0.2, $"{plain} {hardened}");
        Assert.True(hardened.AttackedAuc > plain.AttackedAuc, $"{plain} {hardened}");
        Assert.True(plain.CleanAccuracy >= 0.9, $"{plain}");
        Assert.Null(plain.SaliencyInLungBefore);
        Assert.Null(plain.SaliencyInLungAfter);
    }

    [Fact]
    public async Task Where_lungs_are_known_the_share_of_saliency_inside_them_is_measured_before_and_after()
    {
        await Phantoms.WriteAsync(Phantoms.Make(patientsPerClass: 6, slicesPerPatient: 4), _folder["data"]);

        var measured = await TrainedAsync(
            share: 0.5, epochs: 3, ("preparation", new JsonObject { ["kind"] = "lung", ["min_area"] = 0, ["min_ratio"] = 0, ["min_slices"] = 0 }));

        Assert.InRange(measured.SaliencyInLungBefore!.Value, 0.05, 0.95);
        Assert.InRange(measured.SaliencyInLungAfter!.Value, 0.05, 0.95);
        Assert.NotEqual(measured.SaliencyInLungBefore, measured.SaliencyInLungAfter);
    }

    private async Task<AdversarialMetrics> TrainedAsync(double share, int epochs = 8, params IEnumerable<(string Name, JsonNode? Value)> fields)
    {
        var attack = new JsonObject { ["share"] = share, ["epsilon"] = 0.02, ["steps"] = 5, ["step_size"] = 0.007 };
        var run = await TrainerRun.StartAsync(_folder.Path, TrainerRun.Spec(
            [("network", "simplecnn"), ("epochs", epochs), ("learning_rate", 0.01), ("adversarial", attack), .. fields]));
        Assert.True(run.ExitCode == 0, run.Error);
        var metrics = run.Metrics;
        Assert.Equal(metrics.Final!.Accuracy, metrics.Adversarial!.CleanAccuracy);
        Assert.Equal(metrics.Final!.Auc, metrics.Adversarial!.CleanAuc);
        return metrics.Adversarial;
    }
}
