using Scanlock.Contracts.Trials;
using Scanlock.LibTorch;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Explanation;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Tests.Data;
using Scanlock.Trainer.Training;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Tests.Explanation;

[Collection(OwnGenerator.Name)]
public sealed class ExplanationsTests
{
    private const int Side = 32;
    private const int PatchSide = 8;

    public ExplanationsTests() => Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);

    [Theory]
    [InlineData("gradcam")]
    [InlineData("guided_gradcam")]
    public void The_maps_of_a_trained_network_lie_on_the_lesions_more_than_by_chance(string method)
    {
        using var items = PreparedSamples.Of(Side, 1, [.. Enumerable.Range(0, 64).Select(Image)]);
        IReadOnlyList<Sample> samples = [.. items.Items.Select((item, i) => new Sample(item.Key, item.Patient, item.Series, i % 2, i))];
        var spec = Training.Specs.Of(("network", "simplecnn"), ("learning_rate", 0.01), ("explanation", method));
        torch.manual_seed(3);
        using var network = Network.Create("simplecnn");
        Train(network, spec, new Loader(items, samples, spec, 3));

        var explained = new Explanations(Plans.Of(spec), Plans.Cpu(), items).Of(network, [.. samples.Where(s => s.Class == 1)])!;
        var again = new Explanations(Plans.Of(spec), Plans.Cpu(), items).Of(network, [.. samples.Where(s => s.Class == 1).Reverse()]);

        Assert.Equal(32, explained.Samples);
        Assert.True(explained.EnergyInLesion > 3.0 * PatchSide * PatchSide / (Side * Side), explained.ToString());
        Assert.True(explained.DeletionAuc < explained.InsertionAuc - 0.1, explained.ToString());
        Assert.Null(explained.EnergyInLung);
        Assert.Equal(explained, again);
        Assert.True(network.training);
    }

    [Fact]
    public void No_more_than_two_hundred_samples_are_explained()
    {
        using var items = PreparedSamples.Of(Side, 1, [.. Enumerable.Range(0, 230).Select(Image)]);
        IReadOnlyList<Sample> samples = [.. items.Items.Select((item, i) => new Sample(item.Key, item.Patient, item.Series, i % 2, i))];
        using var network = Network.Create("simplecnn");

        var explained = new Explanations(Plans.Of(Training.Specs.Of(("network", "simplecnn"), ("explanation", "gradcam"))), Plans.Cpu(), items).Of(network, samples)!;

        Assert.InRange(explained.Samples!.Value, 0, 200);
    }

    [Fact]
    public void Nothing_is_explained_that_was_not_asked_for()
    {
        using var items = PreparedSamples.Of(Side, 1, [Image(1)]);
        using var network = Network.Create("simplecnn");

        Assert.Null(new Explanations(Plans.Of(Training.Specs.Of()), Plans.Cpu(), items).Of(network, [new Sample("0000", "p0", "s", 1)]));
    }

    private static void Train(Architecture network, TrialSpec spec, Loader feed)
    {
        using var optimizer = Optimizers.For(spec, network);
        for (var epoch = 1; epoch <= 12; epoch++)
        {
            foreach (var batch in feed.Epoch(epoch))
            {
                using var scope = torch.NewDisposeScope();
                var input = NetworkInput.From(batch, spec, torch.CPU);
                var loss = functional.cross_entropy(network.call(input.Images), input.Classes);
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
            }
        }
    }

    /// <summary>Dark noise; of odd ones with a bright patch, which is also what their mask marks.</summary>
    private static float[] Image(int number)
    {
        var random = new DeterministicRandom(11, (ulong)number);
        var (left, top) = (random.NextInt(Side - PatchSide), random.NextInt(Side - PatchSide));
        return
        [
            .. Enumerable.Range(0, Side * Side).Select(i => (float)(
                (number % 2 == 1 && i % Side >= left && i % Side < left + PatchSide && i / Side >= top && i / Side < top + PatchSide ? 0.8 : 0.2)
                + random.NextWithin(0.15))),
        ];
    }
}
