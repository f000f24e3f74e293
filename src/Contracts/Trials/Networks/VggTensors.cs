using static Scanlock.Contracts.Trials.Networks.LayerTensors;

namespace Scanlock.Contracts.Trials.Networks;

/// <summary>VGG (Simonyan and Zisserman, ICLR 2015), and the fully convolutional network made of it (Long et al., CVPR 2015).</summary>
internal static class VggTensors
{
    private const long Hidden = 4096;

    internal static IReadOnlyList<int> Depths { get; } = [11, 13, 16, 19];

    internal static IEnumerable<NetworkTensor> Of(int depth, bool normalised, long channels, long outputs) =>
    [
        .. Features(Convolutions(depth), normalised, channels),
        .. Linear("classifier.0", 512 * 7 * 7, Hidden),
        .. Linear("classifier.3", Hidden, Hidden),
        .. Linear("classifier.6", Hidden, outputs),
    ];

    /// <summary>The encoder under VGG-16's names; the rest under those of the paper's own release.</summary>
    internal static IEnumerable<NetworkTensor> Fcn8(long channels, long outputs) =>
    [
        .. Features(Convolutions(16), normalised: false, channels),
        .. BiasedConv("fc6", 512, Hidden, 7, 7),
        .. BiasedConv("fc7", Hidden, Hidden, 1, 1),
        .. BiasedConv("score_fr", Hidden, outputs, 1, 1),
        .. BiasedConv("score_pool4", 512, outputs, 1, 1),
        .. BiasedConv("score_pool3", 256, outputs, 1, 1),
        Conv("upscore2", outputs, outputs, 4, 4),
        Conv("upscore_pool4", outputs, outputs, 4, 4),
        Conv("upscore8", outputs, outputs, 16, 16),
    ];

    /// <summary>Convolutions before each of the five poolings.</summary>
    private static int[] Convolutions(int depth) => depth switch
    {
        11 => [1, 1, 2, 2, 2],
        13 => [2, 2, 2, 2, 2],
        16 => [2, 2, 3, 3, 3],
        19 => [2, 2, 4, 4, 4],
        _ => throw new ArgumentOutOfRangeException(nameof(depth)),
    };

    /// <remarks>Layers without tensors (ReLU, pooling) count in torchvision's names, so numbers are left out.</remarks>
    private static IEnumerable<NetworkTensor> Features(int[] convolutions, bool normalised, long channels)
    {
        var (index, inputs) = (0, channels);
        for (var stage = 0; stage < convolutions.Length; stage++, index++)
        {
            var width = Math.Min(64L << stage, 512);
            for (var i = 0; i < convolutions[stage]; i++, index += normalised ? 3 : 2)
            {
                foreach (var tensor in BiasedConv($"features.{index}", inputs, width, 3, 3))
                {
                    yield return tensor;
                }

                foreach (var tensor in normalised ? Norm($"features.{index + 1}", width) : [])
                {
                    yield return tensor;
                }

                inputs = width;
            }
        }
    }
}
