using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Tests.Networks;

/// <summary>Every network against PyTorch's and torchvision's, which load what the trainer writes with <c>strict=True</c>.</summary>
[Collection(AloneWithLibtorch.Name)]
public sealed class AgreementTests(Peers peers)
{
    public static TheoryData<string> Networks => [.. TrialNetworks.Names];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Answers_and_gradients_are_PyTorchs(string network)
    {
        Assert.SkipWhen(peers.Missing is not null, peers.Missing ?? "");
        var compared = peers.Compare(network).ToList();

        // A bias before a normalisation has no gradient but what rounding leaves of a sum: below this there is nothing to compare.
        var rounding = 1e-9 * compared.Where(c => c.What.StartsWith("gradient", StringComparison.Ordinal)).Max(c => c.Peers.Max(Math.Abs));
        Assert.All(compared, values =>
        {
            var (what, ours, theirs) = values;
            var largest = theirs.Max(Math.Abs);
            Assert.True(largest > 0, $"{what} is zero everywhere");
            var apart = ours.Zip(theirs, (a, b) => Math.Abs(a - b)).Max();
            var least = what.StartsWith("gradient", StringComparison.Ordinal) ? rounding : 0;
            Assert.True(apart <= 1e-4 * Math.Max(largest, least), $"{what}: {apart} apart, where the largest is {largest}");
        });
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_network_has_the_tensors_of_its_description(string network)
    {
        Assert.SkipWhen(peers.Missing is not null, peers.Missing ?? "");
        var (built, described) = peers.Tensors(network);

        Assert.Equal(described, built);
    }

    [Fact]
    public void The_description_of_every_torchvision_network_is_torchvisions()
    {
        Assert.SkipWhen(peers.Missing is not null, peers.Missing ?? "");
        Assert.NotEmpty(peers.Shapes);
        Assert.All(peers.Shapes, network => Assert.Equal(
            network.Value.Select(t => $"{t.Key} [{string.Join(", ", t.Value)}]").Order(StringComparer.Ordinal),
            TrialNetworks.Of(network.Key).Tensors(1, 2).Select(t => $"{t.Name} [{string.Join(", ", t.Shape)}]").Order(StringComparer.Ordinal)));
    }
}
