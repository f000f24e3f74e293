using Scanlock.LibTorch;
using Scanlock.Trainer.ActiveLearning;
using Scanlock.Trainer.Networks;
using static Scanlock.LibTorch.torch;

namespace Scanlock.Trainer.Tests.ActiveLearning;

[Collection(OwnGenerator.Name)]
public sealed class DropoutPassesTests : IDisposable
{
    private readonly DisposeScope? _scope;

    public DropoutPassesTests()
    {
        Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);
        _scope = NewDisposeScope();
    }

    public void Dispose() => _scope?.Dispose();

    [Fact]
    public void Passes_that_agree_to_be_unsure_have_entropy_and_those_that_disagree_have_mutual_information_too()
    {
        // Two passes over four pixels: sure and alike, unsure and alike, sure and opposed, 0.9 and 0.5.
        var logNine = Math.Log(9);
        double[][] margins = [[40, 0, 800, logNine], [40, 0, -800, 0]];
        var seen = DropoutPasses.Of(2, pass => tensor(margins[pass], [4]));

        // By hand: H(0.9) = 0.3250830, H(0.5) = 0.6931472, H(0.7) = 0.6108643.
        Assert.Equal([0, 0.6931472, 0.6931472, 0.6108643], seen.Entropy.data<double>().ToArray(), Close);
        Assert.Equal([0, 0, 0.6931472, 0.6108643 - ((0.3250830 + 0.6931472) / 2)], seen.Bald.data<double>().ToArray(), Close);
    }

    [Fact]
    public void One_pass_cannot_disagree_with_itself()
    {
        manual_seed(3);
        var seen = DropoutPasses.Of(1, _ => randn([1000], ScalarType.Float64).mul(5));

        Assert.All(seen.Bald.data<double>().ToArray(), bald => Assert.Equal(0, bald));
        Assert.All(seen.Entropy.data<double>().ToArray(), entropy => Assert.InRange(entropy, 0, Math.Log(2)));
    }

    [Theory]
    [InlineData("resnet18", 0)]
    [InlineData("unet", 0)]
    [InlineData("unet", 0.5)]
    public void Only_dropout_makes_the_passes_differ_and_the_network_goes_on_as_before(string name, double dropout)
    {
        manual_seed(1);
        using var network = Network.Create(name, 1, name == "unet" ? 1 : 2, dropout);
        var images = randn([2, 1, 32, 32]);
        var before = Weights(network);

        manual_seed(2);
        var seen = DropoutPasses.Of(network, images, passes: 3);
        manual_seed(2);
        var again = DropoutPasses.Of(network, images, passes: 3);

        Assert.Equal(name == "unet" ? [2, 1, 32, 32] : [2L], seen.Bald.shape);
        Assert.Equal(dropout > 0, seen.Bald.sum().ToDouble() > 1e-9);
        Assert.Equal(seen.Bald.data<double>().ToArray(), again.Bald.data<double>().ToArray());
        Assert.Equal(before, Weights(network));
        Assert.True(network.training);
        Assert.False(network.DropsWhileEvaluating);
    }

    /// <summary>With normalisation's running statistics, which must not move.</summary>
    private static double[] Weights(Architecture network) => [.. network.state_dict().Values.Select(t => t.to(ScalarType.Float64).sum().ToDouble())];

    private static bool Close(double a, double b) => Math.Abs(a - b) < 2e-7;
}
