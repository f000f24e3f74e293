using static Scanlock.Contracts.Trials.Networks.LayerTensors;

namespace Scanlock.Contracts.Trials.Networks;

/// <summary>U-shaped networks, on slices (Ronneberger et al., MICCAI 2015) and volumes (Çiçek et al., MICCAI 2016).</summary>
internal static class UNetTensors
{
    /// <summary>Half the paper's width, 32 at the first level: an eighth of the work, for data sets smaller than it was made for.</summary>
    internal static IEnumerable<NetworkTensor> Slices(long channels, long outputs)
    {
        long[] widths = [32, 64, 128, 256, 512];
        return
        [
            .. widths.SelectMany((width, level) => Pair($"encoder{level + 1}", level == 0 ? channels : width / 2, width, width, 3, 3)),
            .. widths.SkipLast(1).Index().Reverse().SelectMany(l => Up(l.Index + 1, 2 * l.Item, l.Item, 2, 2)
                .Concat(Pair($"decoder{l.Index + 1}", 2 * l.Item, l.Item, l.Item, 3, 3))),
            .. BiasedConv("head", widths[0], outputs, 1, 1),
        ];
    }

    /// <summary>Half the paper's width. Each level doubles its channels before it pools, not after, and the way up keeps them.</summary>
    internal static IEnumerable<NetworkTensor> Volumes(long channels, long outputs)
    {
        long[] widths = [32, 64, 128, 256];
        return
        [
            .. widths.SelectMany((width, level) => Pair($"encoder{level + 1}", level == 0 ? channels : width / 2, width / 2, width, 3, 3, 3)),
            .. widths.SkipLast(1).Index().Reverse().SelectMany(l => Up(l.Index + 1, 2 * l.Item, 2 * l.Item, 2, 2, 2)
                .Concat(Pair($"decoder{l.Index + 1}", 3 * l.Item, l.Item, l.Item, 3, 3, 3))),
            .. BiasedConv("head", widths[0], outputs, 1, 1, 1),
        ];
    }

    /// <summary>Two convolutions, each normalised.</summary>
    private static IEnumerable<NetworkTensor> Pair(string name, long inputs, long inner, long outputs, params long[] kernel) =>
    [
        Conv($"{name}.conv1", inputs, inner, kernel), .. Norm($"{name}.bn1", inner),
        Conv($"{name}.conv2", inner, outputs, kernel), .. Norm($"{name}.bn2", outputs),
    ];

    /// <summary>A transposed convolution, whose weight has inputs first.</summary>
    private static IEnumerable<NetworkTensor> Up(int level, long inputs, long outputs, params long[] kernel) =>
        [Weight($"up{level}.weight", [inputs, outputs, .. kernel]), Weight($"up{level}.bias", outputs)];
}
