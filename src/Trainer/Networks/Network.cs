using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Networks;

/// <summary>Makes the networks that a spec can name.</summary>
internal static class Network
{
    /// <summary>A network for one channel with the outputs usual for its task, and torchvision's dropout.</summary>
    internal static Architecture Create(string name) => Create(name, channels: 1, TrialNetworks.Of(name).UsualOutputs);

    /// <summary>A network with fresh weights, drawn from libtorch's generator, in main memory.</summary>
    /// <param name="outputs">Classes, or maps of logits where the network segments.</param>
    /// <param name="dropout">Before the last layer (VGG: the last two), 0 to 0.9; null for what torchvision has there.</param>
    internal static Architecture Create(string name, long channels, long outputs, double? dropout = null) => name switch
    {
        "densenet121" => new DenseNet(name, 32, [6, 12, 24, 16], channels, outputs, dropout ?? 0),
        "densenet161" => new DenseNet(name, 48, [6, 12, 36, 24], channels, outputs, dropout ?? 0),
        "densenet169" => new DenseNet(name, 32, [6, 12, 32, 32], channels, outputs, dropout ?? 0),
        "densenet201" => new DenseNet(name, 32, [6, 12, 48, 32], channels, outputs, dropout ?? 0),
        "efficientnet_b0" => new EfficientNet(name, channels, outputs, dropout ?? 0.2),
        "fcn8_vgg16" => new Fcn8(name, channels, outputs, dropout ?? 0.5),
        "inception_v3" => new Inception(name, channels, outputs, dropout ?? 0.5),
        "mobilenet_v3_small" => new MobileNet(name, channels, outputs, dropout ?? 0.2),
        "resnet18" => ResNet.OfBasicBlocks(name, [2, 2, 2, 2], channels, outputs, dropout ?? 0),
        "resnet34" => ResNet.OfBasicBlocks(name, [3, 4, 6, 3], channels, outputs, dropout ?? 0),
        "resnet50" => ResNet.OfBottlenecks(name, [3, 4, 6, 3], 1, 64, channels, outputs, dropout ?? 0),
        "resnet101" => ResNet.OfBottlenecks(name, [3, 4, 23, 3], 1, 64, channels, outputs, dropout ?? 0),
        "resnet152" => ResNet.OfBottlenecks(name, [3, 8, 36, 3], 1, 64, channels, outputs, dropout ?? 0),
        "resnext50_32x4d" => ResNet.OfBottlenecks(name, [3, 4, 6, 3], 32, 4, channels, outputs, dropout ?? 0),
        "resnext101_32x8d" => ResNet.OfBottlenecks(name, [3, 4, 23, 3], 32, 8, channels, outputs, dropout ?? 0),
        "resnet3d_18" => new ResNet3d(name, channels, outputs, dropout ?? 0),
        "simplecnn" => new SimpleCnn(name, channels, outputs, dropout ?? 0),
        "unet" => new UNet(name, UNetShape.Slices, channels, outputs, dropout ?? 0),
        "unet3d" => new UNet(name, UNetShape.Volumes, channels, outputs, dropout ?? 0),
        _ => Vgg.Create(name, channels, outputs, dropout ?? 0.5)
            ?? throw new ArgumentOutOfRangeException(nameof(name), name, "the spec's reader lets only known networks through"),
    };
}
