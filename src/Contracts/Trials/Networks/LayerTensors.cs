namespace Scanlock.Contracts.Trials.Networks;

/// <summary>The tensors of single layers, shaped as PyTorch shapes them.</summary>
internal static class LayerTensors
{
    internal static NetworkTensor Weight(string name, params long[] shape) => new(name, shape, TensorRole.Weight);

    /// <summary>A convolution without bias, [outputs, inputs / groups, ...kernel].</summary>
    internal static NetworkTensor Conv(string name, long inputs, long outputs, params long[] kernel) =>
        Weight($"{name}.weight", [outputs, inputs, .. kernel]);

    internal static IEnumerable<NetworkTensor> BiasedConv(string name, long inputs, long outputs, params long[] kernel) =>
        [Conv(name, inputs, outputs, kernel), Weight($"{name}.bias", outputs)];

    internal static IEnumerable<NetworkTensor> Linear(string name, long inputs, long outputs) =>
        [Weight($"{name}.weight", outputs, inputs), Weight($"{name}.bias", outputs)];

    internal static IEnumerable<NetworkTensor> Norm(string name, long width) =>
    [
        Weight($"{name}.weight", width),
        Weight($"{name}.bias", width),
        new($"{name}.running_mean", [width], TensorRole.Statistic),
        new($"{name}.running_var", [width], TensorRole.Statistic),
        new($"{name}.num_batches_tracked", [], TensorRole.Counter),
    ];
}
