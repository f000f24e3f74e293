// The one file that knows which binding of libtorch the trainer is compiled against: names and shapes below it are TorchSharp's.
#if TORCHSHARP
global using TorchSharp;
global using TorchSharp.Modules;
global using static Scanlock.Trainer.TorchSharpLacks;
global using static TorchSharp.torch;
global using static TorchSharp.torch.nn;

namespace Scanlock.LibTorch
{
    /// <summary>Lets the files that name our torch.nn compile; the global using above gives them TorchSharp's.</summary>
    internal static class torch
    {
        internal static class nn;
    }
}

namespace Scanlock.Trainer
{
    internal static class Backend
    {
        /// <summary>Null where libtorch can be used; otherwise why not.</summary>
        internal static string? Missing()
        {
            try
            {
                InitializeDeviceType(DeviceType.CPU);
                return null;
            }
            catch (NotSupportedException e)
            {
                return e.Message;
            }
        }

        internal static bool IsOutOfMemory(Exception error) =>
            error is OutOfMemoryException || error.Message.Contains("out of memory", StringComparison.Ordinal)
            || error.Message.Contains("can't allocate memory", StringComparison.Ordinal);
    }

    internal enum MemoryFormat
    {
        ChannelsLast = 2,
    }

    /// <summary>What the trainer uses that TorchSharp 0.99.6 names or shapes otherwise, or does not have: that is refused when it is asked for.</summary>
    internal static class TorchSharpLacks
    {
        internal static IDisposable autocast(DeviceType device) =>
            throw new NotSupportedException($"TorchSharp 0.99.6 has no autocast, so it does not train on {device}.");

        /// <summary>Its own is "not implemented". On a CPU libtorch repeats itself anyway.</summary>
        internal static void use_deterministic_algorithms(bool deterministic) => _ = deterministic;

        internal static SiLU SiLU(bool inplace)
        {
            _ = inplace;
            return nn.SiLU();
        }

        internal static Module to(this Module module, MemoryFormat format) => throw NoFormat(format);

        internal static Tensor to(this Tensor tensor, MemoryFormat format) => throw NoFormat(format);

        /// <summary>Waits for the copy, whatever is asked.</summary>
        internal static Tensor to(this Tensor tensor, Device device, bool non_blocking)
        {
            _ = non_blocking;
            return tensor.to(device);
        }

        /// <summary>Its optimizers keep their state to themselves, so there is no checkpoint to go on from bit by bit.</summary>
        internal static IReadOnlyDictionary<string, Tensor> state_dict(this optim.Optimizer optimizer) =>
            throw new NotSupportedException($"TorchSharp 0.99.6 does not show the state of {optimizer}: train without checkpoints.");

        private static NotSupportedException NoFormat(MemoryFormat format) => new($"TorchSharp 0.99.6 has no {format}.");

        extension(functional)
        {
            internal static Tensor silu(Tensor x, bool inplace = false)
            {
                _ = inplace;
                return functional.SiLU(x);
            }

            internal static Tensor max_pool3d(Tensor input, long kernelSize, long? stride = null, long padding = 0)
            {
                var step = stride ?? kernelSize;
                return functional.max_pool3d(
                    input, [kernelSize, kernelSize, kernelSize], [step, step, step], [padding, padding, padding]);
            }
        }
    }
}
#else
global using Scanlock.LibTorch;
global using Scanlock.LibTorch.Modules;
global using static Scanlock.LibTorch.torch;

namespace Scanlock.Trainer;

internal static class Backend
{
    /// <summary>Null where libtorch can be used; otherwise why not.</summary>
    internal static string? Missing() => NativeLibraryLocator.IsAvailable(out var reason) ? null : reason;

    internal static bool IsOutOfMemory(Exception error) =>
        error is OutOfMemoryException or TorchException { Kind: TorchErrorKind.OutOfMemory };
}
#endif
