using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Data;

namespace Scanlock.Trainer.Training;

/// <summary>Prepared samples become what a network sees.</summary>
internal static class NetworkInput
{
    /// <summary>A batch where the network is, with its masks where it carries them.</summary>
    internal static DeviceBatch From(Batch batch, TrialSpec spec, Device device) => new(
        Images(batch.Pixels, batch.Count, spec, device), Sent(tensor(batch.Classes, [batch.Count]), device),
        batch.Masks.Length == 0 ? null : Sent(tensor(batch.Masks, Shape(batch.Count, spec)), device).to(ScalarType.Float32));

    /// <summary>[N, channels, (depth,) side, side], from -1 (black) to 1 (white); every channel the same.</summary>
    internal static Tensor Images(float[] pixels, int count, TrialSpec spec, Device device)
    {
        var shape = Shape(count, spec);
        var images = Sent(tensor(pixels, shape), device).mul(2).add(-1);
        if (spec.Channels > 1)
        {
            shape[1] = spec.Channels;
            images = images.expand(shape);
        }

        return device.type == DeviceType.CUDA && shape.Length == 4 ? images.to(MemoryFormat.ChannelsLast) : images.contiguous();
    }

    /// <summary>A GPU copies from page-locked memory by itself; otherwise each copy would wait for all that it still has to compute.</summary>
    private static Tensor Sent(Tensor values, Device device) =>
        device.type == DeviceType.CUDA ? values.pin_memory().to(device, non_blocking: true) : values;

    private static long[] Shape(int count, TrialSpec spec) => TrialNetworks.Of(spec.Network).Dimensions == 3
        ? [count, 1, spec.Depth, spec.ImageSize, spec.ImageSize]
        : [count, 1, spec.ImageSize, spec.ImageSize];
}
