using static Scanlock.Contracts.Trials.Networks.LayerTensors;

namespace Scanlock.Contracts.Trials.Networks;

/// <summary>
/// Residual networks (He et al., CVPR 2016), those with grouped bottlenecks (Xie et al., CVPR 2017), and on volumes (Tran et al., CVPR 2018).
/// </summary>
internal static class ResNetTensors
{
    internal static IEnumerable<NetworkTensor> OfBasicBlocks(int[] blocks, long channels, long outputs) =>
        Of(blocks, channels, outputs, expansion: 1, (name, inputs, width) =>
        [
            Conv($"{name}.conv1", inputs, width, 3, 3), .. Norm($"{name}.bn1", width),
            Conv($"{name}.conv2", width, width, 3, 3), .. Norm($"{name}.bn2", width),
        ]);

    /// <param name="widthPerGroup">Channels of a group in the first stage; 64 in one group is the plain bottleneck.</param>
    internal static IEnumerable<NetworkTensor> OfBottlenecks(int[] blocks, long groups, long widthPerGroup, long channels, long outputs) =>
        Of(blocks, channels, outputs, expansion: 4, (name, inputs, width) =>
        {
            var inner = width * widthPerGroup / 64 * groups;
            return
            [
                Conv($"{name}.conv1", inputs, inner, 1, 1), .. Norm($"{name}.bn1", inner),
                Conv($"{name}.conv2", inner / groups, inner, 3, 3), .. Norm($"{name}.bn2", inner),
                Conv($"{name}.conv3", inner, 4 * width, 1, 1), .. Norm($"{name}.bn3", 4 * width),
            ];
        });

    /// <summary>Eighteen layers of 3 x 3 x 3 convolutions.</summary>
    internal static IEnumerable<NetworkTensor> Volumes(long channels, long outputs)
    {
        IEnumerable<NetworkTensor> tensors = [Conv("stem.0", channels, 64, 3, 7, 7), .. Norm("stem.1", 64)];
        for (var stage = 0; stage < 4; stage++)
        {
            var width = 64L << stage;
            for (var block = 0; block < 2; block++)
            {
                var (name, inputs) = ($"layer{stage + 1}.{block}", block == 0 && stage > 0 ? width / 2 : width);
                tensors =
                [
                    .. tensors,
                    Conv($"{name}.conv1.0", inputs, width, 3, 3, 3), .. Norm($"{name}.conv1.1", width),
                    Conv($"{name}.conv2.0", width, width, 3, 3, 3), .. Norm($"{name}.conv2.1", width),
                    .. inputs == width ? [] : Shortcut(name, inputs, width, 1, 1, 1),
                ];
            }
        }

        return [.. tensors, .. Linear("fc", 512, outputs)];
    }

    private static IEnumerable<NetworkTensor> Of(
        int[] blocks, long channels, long outputs, long expansion, Func<string, long, long, IEnumerable<NetworkTensor>> block)
    {
        IEnumerable<NetworkTensor> tensors = [Conv("conv1", channels, 64, 7, 7), .. Norm("bn1", 64)];
        var inputs = 64L;
        for (var stage = 0; stage < blocks.Length; stage++)
        {
            var width = 64L << stage;
            for (var index = 0; index < blocks[stage]; index++)
            {
                var name = $"layer{stage + 1}.{index}";
                IEnumerable<NetworkTensor> shortcut = inputs == expansion * width ? [] : Shortcut(name, inputs, expansion * width, 1, 1);
                tensors = [.. tensors, .. block(name, inputs, width), .. shortcut];
                inputs = expansion * width;
            }
        }

        return [.. tensors, .. Linear("fc", inputs, outputs)];
    }

    private static IEnumerable<NetworkTensor> Shortcut(string name, long inputs, long outputs, params long[] kernel) =>
        [Conv($"{name}.downsample.0", inputs, outputs, kernel), .. Norm($"{name}.downsample.1", outputs)];
}
