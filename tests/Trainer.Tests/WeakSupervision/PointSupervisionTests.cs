using System.Text.Json.Nodes;
using Scanlock.Contracts.Trials;
using Scanlock.LibTorch;
using Scanlock.Testing;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Tests.Training;
using Scanlock.Trainer.Training;
using Scanlock.Trainer.WeakSupervision;
using static Scanlock.LibTorch.torch;

namespace Scanlock.Trainer.Tests.WeakSupervision;

/// <summary>How much of full masks points are worth, with what an experiment's trials have in common: network, seed, epochs.</summary>
[Collection(OwnGenerator.Name)]
public sealed class PointSupervisionTests(ITestOutputHelper output)
{
    private const int Side = 64;

    private const int Epochs = 18;

    [Fact]
    public async Task Points_with_consistency_reach_most_of_the_Dice_of_full_masks()
    {
        Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);
        using var folder = new TestFolder();
        await Phantoms.WriteAsync(LesionPhantoms.Make(patients: 11, slicesPerPatient: 8, Side), folder.Path);

        var full = await DiceAsync(folder.Path, Weak("full", 0));
        var points = await DiceAsync(folder.Path, Weak(Contracts.Trials.WeakSupervision.Points, 0));
        var consistent = await DiceAsync(folder.Path, Weak(Contracts.Trials.WeakSupervision.Points, 1));

        output.WriteLine($"Dice: full {full:0.000}, points {points:0.000}, points with consistency {consistent:0.000}: {consistent / full:0.000} of full");
        Assert.True(full > 0.95, $"full masks: {full}");
        Assert.True(consistent >= 0.85 * full, $"points with consistency: {consistent}, full masks: {full}");
        Assert.True(consistent > points, $"points with consistency: {consistent}, alone: {points}");
    }

    private static JsonObject Weak(string supervision, double consistency) => new()
    {
        ["supervision"] = supervision,
        ["flip_consistency"] = consistency,
        ["rotation_consistency"] = consistency,
    };

    /// <summary>Pooled over the validation slices, after a training as a trial does it but with a narrower network, for time's sake.</summary>
    private static async Task<double> DiceAsync(string folder, JsonObject weak)
    {
        var spec = Specs.Of(
            ("task", "segment"), ("network", "unet"), ("image_size", Side), ("epochs", Epochs), ("learning_rate", 0.005), ("weak", weak),
            ("validation", new JsonObject { ["fraction"] = 0.25 }));
        var plan = new TrialPlan(spec, 7, 2, TrainerJob.F32, TrainerRun.NoBounds, TrainerRun.NoMinima);
        using var data = Assert.IsType<Result<Dataset>.Ok>(await Dataset.LoadAsync(folder, plan, TestContext.Current.CancellationToken)).Value;
        var split = Assert.IsType<Result<PatientSplit>.Ok>(PatientSplit.For(spec, data.Samples, plan.Seed)).Value;
        var parts = ConsistencyObjective.LearnsPoints(spec) ? BatchParts.Masks | BatchParts.Points : BatchParts.Masks;
        var feed = new Loader(data.Items, split.Training, spec, plan.Seed, parts);

        using var scope = NewDisposeScope();
        manual_seed(plan.Seed);
        using var network = new UNet("unet", UNetShape.Slices with { Widths = [8, 16, 32] }, 1, 1, 0);
        using var state = new TrainingState(network, spec, EpochMeasure.Dice, 1);
        var (objective, schedule, step) = (ConsistencyObjective.For(spec, null), Schedule.For(spec, feed.StepsPerEpoch), 0);
        foreach (var batch in Enumerable.Range(1, Epochs).SelectMany(feed.Epoch))
        {
            using var one = NewDisposeScope();
            state.Optimizer.zero_grad();
            objective.Loss(network, NetworkInput.From(batch, spec, CPU)).backward();
            state.Optimizer.ParamGroups.Single().LearningRate = schedule.At(step++);
            state.Optimizer.step();
        }

        network.eval();
        using var off = no_grad();
        var held = new Loader(data.Items, split.Validation, spec, plan.Seed, BatchParts.Masks).InOrder(split.Validation.Count).Single();
        var seen = NetworkInput.From(held, spec, CPU);
        var marked = network.call(seen.Images).gt(0).to(ScalarType.Float32);
        return 2 * (marked * seen.Masks!).sum().ToDouble() / (marked.sum().ToDouble() + seen.Masks!.sum().ToDouble());
    }
}
