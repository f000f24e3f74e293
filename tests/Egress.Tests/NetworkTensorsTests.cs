using Scanlock.Contracts.Trials;
using Scanlock.Testing;

namespace Scanlock.Egress.Tests;

public sealed class NetworkTensorsTests
{
    [Fact]
    public void The_list_of_resnet18_is_torchvisions()
    {
        var expected = File.ReadLines(Repository.Vector("resnet18.txt")).Where(line => !line.StartsWith('#'));

        var ours = TrialNetworks.Of("resnet18").Tensors(1, 2)
            .Select(tensor => $"{tensor.Name} {(tensor.Role == TensorRole.Counter ? "I64" : "F32")} {(tensor.Shape.Count == 0 ? "scalar" : string.Join('x', tensor.Shape))}");

        Assert.Equal(expected.Order(StringComparer.Ordinal), ours.Order(StringComparer.Ordinal));
    }

    /// <summary>Parameters that torchvision and the papers count for one or three channels; a slip in a shape shows in the sum.</summary>
    [Theory]
    [InlineData("densenet121", 7_978_856)]
    [InlineData("densenet161", 28_681_000)]
    [InlineData("densenet169", 14_149_480)]
    [InlineData("densenet201", 20_013_928)]
    [InlineData("efficientnet_b0", 5_288_548)]
    [InlineData("inception_v3", 27_161_264)]
    [InlineData("mobilenet_v3_small", 2_542_856)]
    [InlineData("resnet18", 11_689_512)]
    [InlineData("resnet34", 21_797_672)]
    [InlineData("resnet50", 25_557_032)]
    [InlineData("resnet101", 44_549_160)]
    [InlineData("resnet152", 60_192_808)]
    [InlineData("resnext50_32x4d", 25_028_904)]
    [InlineData("resnext101_32x8d", 88_791_336)]
    [InlineData("vgg11", 132_863_336)]
    [InlineData("vgg13", 133_047_848)]
    [InlineData("vgg16", 138_357_544)]
    [InlineData("vgg19", 143_667_240)]
    [InlineData("vgg11_bn", 132_868_840)]
    [InlineData("vgg13_bn", 133_053_736)]
    [InlineData("vgg16_bn", 138_365_992)]
    [InlineData("vgg19_bn", 143_678_248)]
    public void A_network_for_ImageNet_has_as_many_parameters_as_torchvision_says(string network, long parameters) =>
        Assert.Equal(parameters, TrialNetworks.Parameters(network, channels: 3, outputs: 1000));

    [Fact]
    public void A_networks_tensors_tell_its_name_channels_and_outputs() => Assert.All(TrialNetworks.All, network =>
    {
        var shapes = network.Tensors(3, 5).ToDictionary(tensor => tensor.Name, tensor => tensor.Shape, StringComparer.Ordinal);

        var fitting = TrialNetworks.All.Where(other => other.Fit(shapes) is not null);

        Assert.Equal([network.Name], fitting.Select(other => other.Name));
        Assert.Equal((3, 5), network.Fit(shapes));
    });
}
