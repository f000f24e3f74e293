using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Training;

/// <summary>Parameters and buffers of a network as they were once, by name; where the network is. Owns their memory.</summary>
internal sealed class NetworkWeights : IDisposable
{
    private readonly Dictionary<string, Tensor> _values;

    private NetworkWeights(Dictionary<string, Tensor> values) => _values = values;

    internal IReadOnlyDictionary<string, Tensor> Values => _values;

    public void Dispose()
    {
        foreach (var value in _values.Values)
        {
            value.Dispose();
        }
    }

    internal static NetworkWeights Of(Module network)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        return new NetworkWeights(network.state_dict().ToDictionary(
            v => v.Key, v => v.Value.detach().clone().DetachFromDisposeScope(), StringComparer.Ordinal));
    }

    /// <summary>Makes these what the network has now.</summary>
    internal void Take(Module network) => Each(network, (mine, theirs) => mine.copy_(theirs));

    /// <summary>Makes the network's what these are.</summary>
    internal void Give(Module network) => Each(network, (mine, theirs) => theirs.copy_(mine));

    /// <summary>Moves parameters by the share <paramref name="by"/> towards the network's, and takes buffers as they are.</summary>
    internal void Approach(Module network, double by)
    {
        var parameters = network.named_parameters().Select(p => p.name).ToHashSet(StringComparer.Ordinal);
        Each(network, (name, mine, theirs) =>
        {
            if (parameters.Contains(name))
            {
                mine.lerp_(theirs, by);
            }
            else
            {
                mine.copy_(theirs);
            }
        });
    }

    private void Each(Module network, Action<Tensor, Tensor> act) => Each(network, (_, mine, theirs) => act(mine, theirs));

    private void Each(Module network, Action<string, Tensor, Tensor> act)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        foreach (var (name, value) in network.state_dict())
        {
            act(name, _values[name], value);
        }
    }
}
