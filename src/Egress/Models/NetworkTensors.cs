using Scanlock.Contracts.Trials;

namespace Scanlock.Egress;

/// <summary>What a tensor of a network is for.</summary>
public enum TensorRole
{
    /// <summary>A parameter, changed by training.</summary>
    Weight,

    /// <summary>Running statistics of a normalisation.</summary>
    Statistic,

    /// <summary>How many batches a normalisation has seen, a whole number.</summary>
    Counter,
}

/// <param name="Name">As torchvision names it.</param>
public sealed record NetworkTensor(string Name, IReadOnlyList<long> Shape, TensorRole Role)
{
    public long Elements => Shape.Aggregate(1L, (product, size) => product * size);
}

/// <summary>The tensors that a network consists of, derived from its architecture alone.</summary>
public static class NetworkTensors
{
    private const int Channels = 1;
    private const int Classes = 2;

    /// <summary>Every tensor of a network that a spec can name, in the architecture's order.</summary>
    public static IReadOnlyList<NetworkTensor> Of(string network) => network switch
    {
        "resnet18" => [.. ResNetOfBasicBlocks([2, 2, 2, 2])],
        _ => throw new ArgumentOutOfRangeException(nameof(network), $"known are {string.Join(", ", TrialNetworks.Names)}"),
    };

    /// <summary>Numbers that training changes; what <c>limits.parameters</c> bounds.</summary>
    public static long Parameters(IReadOnlyList<NetworkTensor> tensors) =>
        tensors.Where(tensor => tensor.Role == TensorRole.Weight).Sum(tensor => tensor.Elements);

    /// <summary>Residual networks of basic blocks (He et al., CVPR 2016), with torchvision's names.</summary>
    private static IEnumerable<NetworkTensor> ResNetOfBasicBlocks(int[] blocks)
    {
        IEnumerable<NetworkTensor> tensors = [Weight("conv1.weight", 64, Channels, 7, 7), .. Norm("bn1", 64)];
        for (var stage = 0; stage < blocks.Length; stage++)
        {
            var width = 64L << stage;
            for (var block = 0; block < blocks[stage]; block++)
            {
                var inputs = block == 0 && stage > 0 ? width / 2 : width;
                tensors = tensors.Concat(BasicBlock($"layer{stage + 1}.{block}", inputs, width));
            }
        }

        return [.. tensors, Weight("fc.weight", Classes, 512), Weight("fc.bias", Classes)];
    }

    private static IEnumerable<NetworkTensor> BasicBlock(string name, long inputs, long outputs)
    {
        IEnumerable<NetworkTensor> block =
        [
            Weight($"{name}.conv1.weight", outputs, inputs, 3, 3), .. Norm($"{name}.bn1", outputs),
            Weight($"{name}.conv2.weight", outputs, outputs, 3, 3), .. Norm($"{name}.bn2", outputs),
        ];
        return inputs == outputs
            ? block
            : [.. block, Weight($"{name}.downsample.0.weight", outputs, inputs, 1, 1), .. Norm($"{name}.downsample.1", outputs)];
    }

    private static IEnumerable<NetworkTensor> Norm(string name, long width) =>
    [
        Weight($"{name}.weight", width),
        Weight($"{name}.bias", width),
        new($"{name}.running_mean", [width], TensorRole.Statistic),
        new($"{name}.running_var", [width], TensorRole.Statistic),
        new($"{name}.num_batches_tracked", [], TensorRole.Counter),
    ];

    private static NetworkTensor Weight(string name, params long[] shape) => new(name, shape, TensorRole.Weight);
}
