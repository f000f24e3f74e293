using System.Text.Json.Nodes;
using Scanlock.Contracts.Datasets;
using Scanlock.LibTorch;
using Scanlock.Testing;
using Scanlock.Trainer.ActiveLearning;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Tests.Data;
using Scanlock.Trainer.Tests.Training;
using static Scanlock.LibTorch.torch;

namespace Scanlock.Trainer.Tests.ActiveLearning;

/// <summary>Scores of whole trainings and of whole samples.</summary>
[Collection(OwnGenerator.Name)]
public sealed class ActiveTrialTests
{
    public ActiveTrialTests() => Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);

    [Fact]
    public async Task A_trial_names_the_slices_of_validation_and_without_label_that_a_label_would_teach_most_about()
    {
        using var folder = new TestFolder();
        var slices = Phantoms.Make(patientsPerClass: 4, slicesPerPatient: 3);
        await Phantoms.WriteAsync(slices, folder["data"]);
        var unlabelled = slices.Where(s => s.Patient is "patient003" or "patient004").Select(s => s.Key).ToHashSet(StringComparer.Ordinal);
        await Phantoms.WriteLabelsAsync(slices.Where(s => !unlabelled.Contains(s.Key)).Select(s => new LabelRow(s.Key, "covid", s.Class)), folder["data"]);
        var spec = TrainerRun.Spec(
            ("network", "simplecnn"), ("dropout", 0.5), ("epochs", 1), ("bootstrap", 0),
            ("active", new JsonObject { ["passes"] = 8, ["regions"] = 100 }));

        var run = await TrainerRun.StartAsync(folder.Path, spec);
        var again = await TrainerRun.StartAsync(folder.Path, spec);

        Assert.Equal("", run.Error);
        var regions = run.Metrics.Active!.Regions;
        Assert.Equal(run.Metrics.Validation.Sum(c => c.Samples) + unlabelled.Count, regions.Count);
        Assert.Superset(unlabelled, regions.Select(r => r.Sample).ToHashSet(StringComparer.Ordinal));
        Assert.All(regions, r => Assert.True(r is { Row: 0, Column: 0, Bald: > 0 } && r.Bald <= r.Entropy && r.Entropy <= Math.Log(2) + 1e-9));
        Assert.Equal(regions.OrderByDescending(r => r.Bald).ThenBy(r => r.Sample, StringComparer.Ordinal), regions);
        Assert.Equal(regions, again.Metrics.Active!.Regions);
    }

    [Fact]
    public async Task A_trial_learns_from_points_sees_many_views_and_asks_about_slices_without_mask()
    {
        using var folder = new TestFolder();
        var slices = LesionPhantoms.Make(patients: 5, slicesPerPatient: 4, side: 32).Select((s, i) => i % 7 == 6 ? s with { Mask = null } : s).ToList();
        await Phantoms.WriteAsync(slices, folder["data"]);

        var run = await TrainerRun.StartAsync(folder.Path, TrainerRun.Spec(
            ("task", "segment"), ("network", "unet"), ("label", ""), ("dropout", 0.3), ("epochs", 1), ("bootstrap", 0),
            ("weak", new JsonObject { ["supervision"] = "points", ["flip_consistency"] = 1, ["rotation_consistency"] = 1, ["views"] = 8 }),
            ("active", new JsonObject { ["passes"] = 2, ["grid"] = 2, ["regions"] = 1000 })));

        Assert.Equal("", run.Error);
        Assert.NotNull(run.Metrics.Segmentation);
        var asked = run.Metrics.Active!.Regions.Select(r => r.Sample).Distinct(StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(4 * asked.Count, run.Metrics.Active.Regions.Count);
        Assert.Superset(slices.Where(s => s.Mask is null).Select(s => s.Key).ToHashSet(StringComparer.Ordinal), asked);
    }

    [Fact]
    public void Where_the_picture_is_ambiguous_the_passes_disagree_most()
    {
        using var scope = NewDisposeScope();
        using var network = new Darkness();

        // Black but for one quarter that is grey: what the network calls lesion is what is bright.
        var image = Enumerable.Range(0, 32 * 32).Select(i => (i % 32) >= 16 && i / 32 < 16 ? 0.5f : 0f).ToArray();
        var items = PreparedSamples.Of(32, 1, image, new float[32 * 32]);
        Sample[] samples = [new("grey", "p", "s", 1, 0), new("black", "p", "s", 0, 1)];
        var spec = Specs.Of(
            ("task", "segment"), ("network", "unet"), ("dropout", 0.5), ("active", new JsonObject { ["passes"] = 20, ["grid"] = 2, ["regions"] = 3 }));

        var active = RegionScores.Of(network, new Loader(items, samples, spec, 1), spec, 1, CPU);

        Assert.Equal((20, 2, 3), (active.Passes, active.Grid, active.Regions.Count));
        Assert.Equal(("grey", 0, 1), (active.Regions[0].Sample, active.Regions[0].Row, active.Regions[0].Column));
        Assert.All(active.Regions.Skip(1), r => Assert.True(r.Bald < active.Regions[0].Bald / 10, $"{r}"));
    }

    /// <summary>Sure where it is black, and where it is grey as sure as the dropped pixels let it: 0 or 1 after dropout, about 0 before.</summary>
    private sealed class Darkness() : Architecture("darkness", 0.5)
    {
        public override Tensor forward(Tensor input) => Drop(input + 1).mul(6).add(-6);
    }
}
