using static Scanlock.Contracts.Trials.Networks.LayerTensors;

namespace Scanlock.Contracts.Trials.Networks;

/// <summary>Three convolutions, for tests: some six thousand parameters.</summary>
internal static class SimpleCnnTensors
{
    internal static IEnumerable<NetworkTensor> Of(long channels, long outputs) =>
    [
        Conv("conv1", channels, 8, 3, 3), .. Norm("bn1", 8),
        Conv("conv2", 8, 16, 3, 3), .. Norm("bn2", 16),
        Conv("conv3", 16, 32, 3, 3), .. Norm("bn3", 32),
        .. Linear("fc", 32, outputs),
    ];
}
