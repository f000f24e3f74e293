using static Scanlock.Contracts.Trials.Networks.LayerTensors;

namespace Scanlock.Contracts.Trials.Networks;

/// <summary>Inception v3 (Szegedy et al., CVPR 2016), auxiliary head included.</summary>
internal static class InceptionTensors
{
    internal static IEnumerable<NetworkTensor> Of(long channels, long outputs) =>
    [
        .. Unit("Conv2d_1a_3x3", channels, 32, 3, 3),
        .. Unit("Conv2d_2a_3x3", 32, 32, 3, 3),
        .. Unit("Conv2d_2b_3x3", 32, 64, 3, 3),
        .. Unit("Conv2d_3b_1x1", 64, 80, 1, 1),
        .. Unit("Conv2d_4a_3x3", 80, 192, 3, 3),
        .. A("Mixed_5b", 192, 32),
        .. A("Mixed_5c", 256, 64),
        .. A("Mixed_5d", 288, 64),
        .. B("Mixed_6a", 288),
        .. C("Mixed_6b", 128),
        .. C("Mixed_6c", 160),
        .. C("Mixed_6d", 160),
        .. C("Mixed_6e", 192),
        .. Unit("AuxLogits.conv0", 768, 128, 1, 1),
        .. Unit("AuxLogits.conv1", 128, 768, 5, 5),
        .. Linear("AuxLogits.fc", 768, outputs),
        .. D("Mixed_7a"),
        .. E("Mixed_7b", 1280),
        .. E("Mixed_7c", 2048),
        .. Linear("fc", 2048, outputs),
    ];

    private static IEnumerable<NetworkTensor> Unit(string name, long inputs, long outputs, params long[] kernel) =>
        [Conv($"{name}.conv", inputs, outputs, kernel), .. Norm($"{name}.bn", outputs)];

    private static IEnumerable<NetworkTensor> A(string name, long inputs, long pooled) =>
    [
        .. Unit($"{name}.branch1x1", inputs, 64, 1, 1),
        .. Unit($"{name}.branch5x5_1", inputs, 48, 1, 1),
        .. Unit($"{name}.branch5x5_2", 48, 64, 5, 5),
        .. Unit($"{name}.branch3x3dbl_1", inputs, 64, 1, 1),
        .. Unit($"{name}.branch3x3dbl_2", 64, 96, 3, 3),
        .. Unit($"{name}.branch3x3dbl_3", 96, 96, 3, 3),
        .. Unit($"{name}.branch_pool", inputs, pooled, 1, 1),
    ];

    private static IEnumerable<NetworkTensor> B(string name, long inputs) =>
    [
        .. Unit($"{name}.branch3x3", inputs, 384, 3, 3),
        .. Unit($"{name}.branch3x3dbl_1", inputs, 64, 1, 1),
        .. Unit($"{name}.branch3x3dbl_2", 64, 96, 3, 3),
        .. Unit($"{name}.branch3x3dbl_3", 96, 96, 3, 3),
    ];

    private static IEnumerable<NetworkTensor> C(string name, long inner) =>
    [
        .. Unit($"{name}.branch1x1", 768, 192, 1, 1),
        .. Unit($"{name}.branch7x7_1", 768, inner, 1, 1),
        .. Unit($"{name}.branch7x7_2", inner, inner, 1, 7),
        .. Unit($"{name}.branch7x7_3", inner, 192, 7, 1),
        .. Unit($"{name}.branch7x7dbl_1", 768, inner, 1, 1),
        .. Unit($"{name}.branch7x7dbl_2", inner, inner, 7, 1),
        .. Unit($"{name}.branch7x7dbl_3", inner, inner, 1, 7),
        .. Unit($"{name}.branch7x7dbl_4", inner, inner, 7, 1),
        .. Unit($"{name}.branch7x7dbl_5", inner, 192, 1, 7),
        .. Unit($"{name}.branch_pool", 768, 192, 1, 1),
    ];

    private static IEnumerable<NetworkTensor> D(string name) =>
    [
        .. Unit($"{name}.branch3x3_1", 768, 192, 1, 1),
        .. Unit($"{name}.branch3x3_2", 192, 320, 3, 3),
        .. Unit($"{name}.branch7x7x3_1", 768, 192, 1, 1),
        .. Unit($"{name}.branch7x7x3_2", 192, 192, 1, 7),
        .. Unit($"{name}.branch7x7x3_3", 192, 192, 7, 1),
        .. Unit($"{name}.branch7x7x3_4", 192, 192, 3, 3),
    ];

    private static IEnumerable<NetworkTensor> E(string name, long inputs) =>
    [
        .. Unit($"{name}.branch1x1", inputs, 320, 1, 1),
        .. Unit($"{name}.branch3x3_1", inputs, 384, 1, 1),
        .. Unit($"{name}.branch3x3_2a", 384, 384, 1, 3),
        .. Unit($"{name}.branch3x3_2b", 384, 384, 3, 1),
        .. Unit($"{name}.branch3x3dbl_1", inputs, 448, 1, 1),
        .. Unit($"{name}.branch3x3dbl_2", 448, 384, 3, 3),
        .. Unit($"{name}.branch3x3dbl_3a", 384, 384, 1, 3),
        .. Unit($"{name}.branch3x3dbl_3b", 384, 384, 3, 1),
        .. Unit($"{name}.branch_pool", inputs, 192, 1, 1),
    ];
}
