using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.LibTorch;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Preparing;
using Scanlock.Trainer.Pretraining;

namespace Scanlock.Trainer.Tests.Pretraining;

[Collection(OwnGenerator.Name)]
public sealed class PretrainerTests
{
    public PretrainerTests() => Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);

    [Fact]
    public void Quarter_turns_are_learnt()
    {
        var (items, samples) = UprightImages.Make(96);
        using var memory = items;

        var (losses, _) = Train(UprightImages.Spec("rotation", epochs: 8), items, samples);

        // Who guesses one of four costs ln 4.
        Assert.InRange(losses[0], 0.3, Math.Log(4) + 0.3);
        Assert.InRange(losses[^1], 0, 0.25);
    }

    [Fact]
    public void A_slices_other_view_is_told_from_other_slices()
    {
        var (items, samples) = UprightImages.Make(256);
        using var memory = items;

        var (losses, _) = Train(UprightImages.Spec("contrast", epochs: 10, learningRate: 0.001), items, samples);

        // Who guesses one of 1 + 64 costs ln 65.
        Assert.Equal(10, losses.Count);
        Assert.InRange(losses[^1], 0, Math.Log(65) - 1.4);
    }

    [Theory]
    [InlineData("rotation")]
    [InlineData("contrast")]
    public void No_label_changes_what_is_learnt(string method)
    {
        var (items, samples) = UprightImages.Make(48);
        using var memory = items;
        var spec = UprightImages.Spec(method, epochs: 1) with { Sampling = "balanced" };

        var (_, weights) = Train(spec, items, samples);
        var (_, relabelled) = Train(spec, items, [.. samples.Select((s, i) => s with { Class = i % 3 == 0 ? 1 : 0 })]);
        var (_, others) = Train(spec, items, samples, seed: 8);

        Assert.Equal(weights, relabelled);
        Assert.NotEqual(weights, others);
    }

    [Theory]
    [InlineData("rotation")]
    [InlineData("contrast")]
    public void The_features_learn_and_the_classifiers_own_head_does_not(string method)
    {
        var (items, samples) = UprightImages.Make(48);
        using var memory = items;
        var spec = UprightImages.Spec(method, epochs: 1);
        torch.manual_seed(1);
        using var network = (Backbone)Network.Create(spec.Network);
        var before = Values(network);

        Run(spec, items, samples, network, seed: 7);

        var changed = Values(network).Where(v => !v.Value.SequenceEqual(before[v.Key])).Select(v => v.Key).ToHashSet(StringComparer.Ordinal);
        Assert.Subset(changed, new HashSet<string>(StringComparer.Ordinal) { "conv1.weight", "bn3.weight", "bn3.running_mean" });
        Assert.DoesNotContain("fc.weight", changed);
        Assert.DoesNotContain("fc.bias", changed);
        Assert.True(network.training);
    }

    [Theory]
    [InlineData("densenet121")]
    [InlineData("efficientnet_b0")]
    [InlineData("mobilenet_v3_small")]
    [InlineData("resnet18")]
    public void Every_family_of_classifiers_can_be_pre_trained(string network)
    {
        var (items, samples) = UprightImages.Make(8, side: 32);
        using var memory = items;

        foreach (var method in new[] { "rotation", "contrast" })
        {
            var spec = UprightImages.Spec(method, epochs: 2) with { Network = network, Batch = 4, ImageSize = 32 };
            var (losses, _) = Train(spec, items, samples);

            Assert.All(losses, loss => Assert.InRange(loss, 0, 20));
        }
    }

    [Fact]
    [Trait("promise", "P11")]
    public void A_loss_that_is_no_number_is_said_with_the_field_to_change()
    {
        var (items, samples) = UprightImages.Make(32);
        using var memory = items;
        var spec = UprightImages.Spec("rotation", epochs: 3) with { Optimizer = "sgd" };
        torch.manual_seed(1);
        using var network = (Backbone)Network.Create(spec.Network);

        var refused = Assert.IsType<Result<IReadOnlyList<double>>.Refused>(
            Pretrainer(spec with { Pretraining = spec.Pretraining with { LearningRate = 1e30 } }, items, samples, 7).Run(network, TestContext.Current.CancellationToken));

        Assert.Equal(JobFailures.Diverged, refused.Code);
        Assert.Contains("pretraining.learning_rate", refused.Sentence, StringComparison.Ordinal);
    }

    private static (IReadOnlyList<double> Losses, IReadOnlyList<float> Weights) Train(
        TrialSpec spec, PreparedItems items, IReadOnlyList<Sample> samples, long seed = 7)
    {
        torch.manual_seed(1);
        using var network = (Backbone)Network.Create(spec.Network);
        var losses = Run(spec, items, samples, network, seed);
        return (losses, [.. Values(network).OrderBy(v => v.Key, StringComparer.Ordinal).SelectMany(v => v.Value)]);
    }

    private static IReadOnlyList<double> Run(TrialSpec spec, PreparedItems items, IReadOnlyList<Sample> samples, Backbone network, long seed) =>
        Assert.IsType<Result<IReadOnlyList<double>>.Ok>(Pretrainer(spec, items, samples, seed).Run(network, TestContext.Current.CancellationToken)).Value;

    private static Pretrainer Pretrainer(TrialSpec spec, PreparedItems items, IReadOnlyList<Sample> samples, long seed) =>
        new(Plans.Of(spec, seed), Plans.Cpu(), items, samples);

    private static Dictionary<string, float[]> Values(Backbone network) => network.state_dict().Where(v => v.Value.dtype == ScalarType.Float32)
        .ToDictionary(v => v.Key, v => v.Value.data<float>().ToArray(), StringComparer.Ordinal);
}
