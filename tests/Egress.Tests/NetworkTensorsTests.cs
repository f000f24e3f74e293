using Scanlock.Contracts.Trials;
using Scanlock.Testing;

namespace Scanlock.Egress.Tests;

public sealed class NetworkTensorsTests
{
    [Fact]
    public void The_list_of_resnet18_is_torchvisions()
    {
        var expected = File.ReadLines(Repository.Vector("resnet18.txt")).Where(line => !line.StartsWith('#'));

        var ours = NetworkTensors.Of("resnet18")
            .Select(tensor => $"{tensor.Name} {(tensor.Role == TensorRole.Counter ? "I64" : "F32")} {(tensor.Shape.Count == 0 ? "scalar" : string.Join('x', tensor.Shape))}");

        Assert.Equal(expected.Order(StringComparer.Ordinal), ours.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_network_that_a_spec_can_name_has_a_list_with_its_parameters() =>
        Assert.All(TrialNetworks.Names, name => Assert.Equal(TrialNetworks.Parameters(name), NetworkTensors.Parameters(NetworkTensors.Of(name))));
}
