using System.Text.Json.Nodes;
using Scanlock.Contracts.Trials;
using Scanlock.LibTorch;
using Scanlock.Testing;

namespace Scanlock.Trainer.Tests.Explanation;

public sealed class ExplainedTrialTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public ExplainedTrialTests() => Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("gradcam")]
    [InlineData("guided_gradcam")]
    public async Task Maps_of_a_trained_network_point_at_what_it_learnt_and_only_numbers_leave(string method)
    {
        await Phantoms.WriteAsync(Phantoms.Make(patientsPerClass: 12, slicesPerPatient: 5), _folder["data"]);

        var run = await TrainerRun.StartAsync(_folder.Path, TrainerRun.Spec(
            ("network", "simplecnn"), ("epochs", 8), ("learning_rate", 0.01), ("explanation", method),
            ("preparation", new JsonObject { ["kind"] = "lung", ["min_area"] = 0, ["min_ratio"] = 0, ["min_slices"] = 0 })));

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal([TrainerJob.MetricsFile, TrainerJob.ModelFile], run.Files);
        var explained = run.Metrics.Explanation!;
        Assert.Equal(method, explained.Method);
        Assert.InRange(explained.Samples!.Value, 10, 20);
        Assert.InRange(explained.EnergyInLung!.Value, 0.01, 1);
        Assert.Null(explained.EnergyInLesion);
        Assert.True(explained.DeletionAuc < explained.InsertionAuc, explained.ToString());
    }
}
