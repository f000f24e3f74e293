using System.Diagnostics.CodeAnalysis;
using Scanlock.Trainer.Networks;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Pretraining;

/// <summary>
/// A network's features, averaged over all places, and a head on them: [N, channels, side, side] to [N, outputs]. The network's own head
/// is not asked. Owns the head; the network stays the caller's.
/// </summary>
internal sealed class Encoder : Module<Tensor, Tensor>
{
    private readonly Backbone _network;
    private readonly Module<Tensor, Tensor> _head;

    internal Encoder(Backbone network, Module<Tensor, Tensor> head)
        : base(nameof(Encoder))
    {
        (_network, _head) = (network, head);
        register_module("network", network);
        register_module("head", head);
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var features = _network.Features(input);
        return _head.call(functional.adaptive_avg_pool2d(features, [1, 1]).flatten(1)).MoveToOuterDisposeScope();
    }

    /// <summary>Channels of a network's features.</summary>
    /// <param name="shape">Of an input: [1, channels, side, side].</param>
    internal static long Width(Backbone network, long[] shape, Device device)
    {
        using var scope = NewDisposeScope();
        using var still = new FrozenNetwork(network);
        using var off = no_grad();
        return network.Features(zeros(shape, device: device)).shape[1];
    }

    [SuppressMessage("Usage", "CA2215", Justification = "The base would dispose of the network, which is the caller's.")]
    protected override void Dispose(bool disposing) => _head.Dispose();
}
