using Scanlock.Contracts.Trials.Networks;

namespace Scanlock.Contracts.Trials;

/// <summary>The networks a spec can name. Each is described once, here; what the trainer builds is held against it.</summary>
public static class TrialNetworks
{
    private static readonly SortedList<string, TrialNetwork> s_networks = Sorted(
    [
        Classifier("densenet121", 32, (c, o) => DenseNetTensors.Of(32, [6, 12, 24, 16], c, o)),
        Classifier("densenet161", 32, (c, o) => DenseNetTensors.Of(48, [6, 12, 36, 24], c, o)),
        Classifier("densenet169", 32, (c, o) => DenseNetTensors.Of(32, [6, 12, 32, 32], c, o)),
        Classifier("densenet201", 32, (c, o) => DenseNetTensors.Of(32, [6, 12, 48, 32], c, o)),
        Classifier("efficientnet_b0", 32, MobileTensors.EfficientNetB0),

        // The auxiliary head, which only training uses, pools and convolves a map of 17 x 17.
        Classifier("inception_v3", 299, InceptionTensors.Of),
        Classifier("mobilenet_v3_small", 32, MobileTensors.MobileNetV3Small),
        Classifier("resnet18", 32, (c, o) => ResNetTensors.OfBasicBlocks([2, 2, 2, 2], c, o)),
        Classifier("resnet34", 32, (c, o) => ResNetTensors.OfBasicBlocks([3, 4, 6, 3], c, o)),
        Classifier("resnet50", 32, (c, o) => ResNetTensors.OfBottlenecks([3, 4, 6, 3], 1, 64, c, o)),
        Classifier("resnet101", 32, (c, o) => ResNetTensors.OfBottlenecks([3, 4, 23, 3], 1, 64, c, o)),
        Classifier("resnet152", 32, (c, o) => ResNetTensors.OfBottlenecks([3, 8, 36, 3], 1, 64, c, o)),
        Classifier("resnext50_32x4d", 32, (c, o) => ResNetTensors.OfBottlenecks([3, 4, 6, 3], 32, 4, c, o)),
        Classifier("resnext101_32x8d", 32, (c, o) => ResNetTensors.OfBottlenecks([3, 4, 23, 3], 32, 8, c, o)),
        Classifier("simplecnn", 8, SimpleCnnTensors.Of),
        .. VggTensors.Depths.SelectMany(depth => new[]
        {
            Classifier($"vgg{depth}", 32, (c, o) => VggTensors.Of(depth, normalised: false, c, o)),
            Classifier($"vgg{depth}_bn", 32, (c, o) => VggTensors.Of(depth, normalised: true, c, o)),
        }),
        new("resnet3d_18", TrialSpec.Classify, dimensions: 3, leastSide: 16, ResNetTensors.Volumes),
        new("fcn8_vgg16", TrialSpec.Segment, dimensions: 2, leastSide: 32, VggTensors.Fcn8),
        new("unet", TrialSpec.Segment, dimensions: 2, leastSide: 16, UNetTensors.Slices),
        new("unet3d", TrialSpec.Segment, dimensions: 3, leastSide: 8, UNetTensors.Volumes),
    ]);

    public static IReadOnlyList<string> Names { get; } = [.. s_networks.Keys];

    /// <summary>In the order of <see cref="Names"/>.</summary>
    public static IReadOnlyList<TrialNetwork> All { get; } = [.. s_networks.Values];

    /// <exception cref="ArgumentOutOfRangeException">There is no such network.</exception>
    public static TrialNetwork Of(string network) => s_networks.TryGetValue(network, out var found)
        ? found
        : throw new ArgumentOutOfRangeException(nameof(network), $"known are {string.Join(", ", Names)}");

    /// <summary>Trainable numbers of a network with one input channel and its usual outputs.</summary>
    public static long Parameters(string network) => Parameters(network, channels: 1, Of(network).UsualOutputs);

    /// <summary>Trainable numbers of the network that a spec asks for; what a permit's <c>parameters</c> bounds.</summary>
    public static long Parameters(TrialSpec spec) => Parameters(spec.Network, spec.Channels, Of(spec.Network).UsualOutputs);

    /// <summary>Trainable numbers of a network.</summary>
    public static long Parameters(string network, long channels, long outputs) => Of(network).Parameters(channels, outputs);

    private static TrialNetwork Classifier(string name, int leastSide, Func<long, long, IEnumerable<NetworkTensor>> tensors) =>
        new(name, TrialSpec.Classify, dimensions: 2, leastSide, tensors);

    private static SortedList<string, TrialNetwork> Sorted(IEnumerable<TrialNetwork> networks) =>
        new(networks.ToDictionary(network => network.Name, StringComparer.Ordinal), StringComparer.Ordinal);
}
