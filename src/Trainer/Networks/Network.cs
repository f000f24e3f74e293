using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Networks;

/// <summary>Makes the networks that a spec can name.</summary>
internal static class Network
{
    internal const long Channels = 1;

    internal const long Classes = 2;

    /// <summary>A network with fresh weights, drawn from libtorch's generator, in main memory.</summary>
    internal static Module<Tensor, Tensor> Create(string name) => name switch
    {
        "resnet18" => new ResNet(name, [2, 2, 2, 2], Channels, Classes),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "the spec's reader lets only known networks through"),
    };
}
