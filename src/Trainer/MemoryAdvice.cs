using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Data;

namespace Scanlock.Trainer;

/// <summary>What to try where memory does not suffice.</summary>
internal static class MemoryAdvice
{
    /// <summary>Half the batch as long as the permit allows it, then half the depth of volumes and three quarters of the side, in the spec's bounds.</summary>
    internal static string For(TrialPlan plan)
    {
        var spec = plan.Spec;
        var network = TrialNetworks.Of(spec.Network);
        var volumes = network.Dimensions == 3;
        var shape = volumes ? $"{spec.Depth} x {spec.ImageSize} x {spec.ImageSize}" : $"{spec.ImageSize} x {spec.ImageSize}";
        var said = $"batch: {spec.Batch} of {shape} does not fit into memory";
        if (spec.Batch / 2 >= Math.Max(1, plan.Minima.Batch))
        {
            return $"{said}; try batch {spec.Batch / 2}";
        }

        // Strides of networks halve a side up to five times.
        var side = Math.Max(spec.ImageSize * 3 / 4 / 32 * 32, Math.Max(32, network.LeastSide));
        return volumes && spec.Depth >= 16
            ? $"{said}; try depth {spec.Depth / 2}"
            : side < spec.ImageSize ? $"{said}; try image_size {side}" : $"{said}; try a smaller network";
    }
}
