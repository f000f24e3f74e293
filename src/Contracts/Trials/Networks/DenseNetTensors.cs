using static Scanlock.Contracts.Trials.Networks.LayerTensors;

namespace Scanlock.Contracts.Trials.Networks;

/// <summary>Densely connected networks (Huang et al., CVPR 2017), with bottlenecks of four times the growth and transitions that halve.</summary>
internal static class DenseNetTensors
{
    /// <param name="growth">Channels that each layer adds. The stem has twice as many.</param>
    internal static IEnumerable<NetworkTensor> Of(long growth, int[] layers, long channels, long outputs)
    {
        var width = 2 * growth;
        List<NetworkTensor> tensors = [Conv("features.conv0", channels, width, 7, 7), .. Norm("features.norm0", width)];
        for (var block = 0; block < layers.Length; block++)
        {
            for (var layer = 0; layer < layers[block]; layer++, width += growth)
            {
                var name = $"features.denseblock{block + 1}.denselayer{layer + 1}";
                tensors.AddRange([
                    .. Norm($"{name}.norm1", width), Conv($"{name}.conv1", width, 4 * growth, 1, 1),
                    .. Norm($"{name}.norm2", 4 * growth), Conv($"{name}.conv2", 4 * growth, growth, 3, 3),
                ]);
            }

            if (block < layers.Length - 1)
            {
                var name = $"features.transition{block + 1}";
                tensors.AddRange([.. Norm($"{name}.norm", width), Conv($"{name}.conv", width, width / 2, 1, 1)]);
                width /= 2;
            }
        }

        return [.. tensors, .. Norm("features.norm5", width), .. Linear("classifier", width, outputs)];
    }
}
