using static Scanlock.Contracts.Trials.Networks.LayerTensors;

namespace Scanlock.Contracts.Trials.Networks;

/// <summary>Networks of inverted residuals: EfficientNet-B0 (Tan and Le, ICML 2019), MobileNetV3-Small (Howard et al., ICCV 2019).</summary>
internal static class MobileTensors
{
    internal static IEnumerable<NetworkTensor> EfficientNetB0(long channels, long outputs)
    {
        // Expansion, kernel, inputs, outputs, blocks.
        (long Expansion, long Kernel, long Inputs, long Outputs, int Blocks)[] stages =
        [
            (1, 3, 32, 16, 1), (6, 3, 16, 24, 2), (6, 5, 24, 40, 2), (6, 3, 40, 80, 3), (6, 5, 80, 112, 3), (6, 5, 112, 192, 4),
            (6, 3, 192, 320, 1),
        ];
        List<NetworkTensor> tensors = [.. Unit("features.0", channels, 32, 3)];
        for (var stage = 0; stage < stages.Length; stage++)
        {
            var (expansion, kernel, inputs, width, blocks) = stages[stage];
            for (var block = 0; block < blocks; block++, inputs = width)
            {
                tensors.AddRange(Block($"features.{stage + 1}.{block}.block", inputs, expansion * inputs, width, kernel, inputs / 4));
            }
        }

        return [.. tensors, .. Unit("features.8", 320, 1280, 1), .. Linear("classifier.1", 1280, outputs)];
    }

    internal static IEnumerable<NetworkTensor> MobileNetV3Small(long channels, long outputs)
    {
        // Kernel, inputs, expanded, outputs, and the squeeze where there is one: a quarter of the expanded, in whole eights.
        (long Kernel, long Inputs, long Expanded, long Outputs, long? Squeeze)[] blocks =
        [
            (3, 16, 16, 16, 8), (3, 16, 72, 24, null), (3, 24, 88, 24, null), (5, 24, 96, 40, 24), (5, 40, 240, 40, 64), (5, 40, 240, 40, 64),
            (5, 40, 120, 48, 32), (5, 48, 144, 48, 40), (5, 48, 288, 96, 72), (5, 96, 576, 96, 144), (5, 96, 576, 96, 144),
        ];
        return
        [
            .. Unit("features.0", channels, 16, 3),
            .. blocks.SelectMany((b, index) => Block($"features.{index + 1}.block", b.Inputs, b.Expanded, b.Outputs, b.Kernel, b.Squeeze)),
            .. Unit("features.12", 96, 576, 1),
            .. Linear("classifier.0", 576, 1024),
            .. Linear("classifier.3", 1024, outputs),
        ];
    }

    /// <summary>Expansion (where it widens), one filter per channel, squeeze and excitation, projection.</summary>
    private static IEnumerable<NetworkTensor> Block(string name, long inputs, long expanded, long outputs, long kernel, long? squeeze)
    {
        var index = 0;
        return
        [
            .. expanded == inputs ? [] : Unit($"{name}.{index++}", inputs, expanded, 1),
            .. Unit($"{name}.{index++}", 1, expanded, kernel),
            .. squeeze is { } s ? SqueezeExcitation($"{name}.{index++}", expanded, s) : [],
            .. Unit($"{name}.{index}", expanded, outputs, 1),
        ];
    }

    private static IEnumerable<NetworkTensor> SqueezeExcitation(string name, long width, long squeezed) =>
        [.. BiasedConv($"{name}.fc1", width, squeezed, 1, 1), .. BiasedConv($"{name}.fc2", squeezed, width, 1, 1)];

    private static IEnumerable<NetworkTensor> Unit(string name, long inputs, long outputs, long kernel) =>
        [Conv($"{name}.0", inputs, outputs, kernel, kernel), .. Norm($"{name}.1", outputs)];
}
