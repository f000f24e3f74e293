// The one file that knows which binding of libtorch the trainer is compiled against: names and shapes below it are TorchSharp's.
global using Scanlock.LibTorch;
global using Scanlock.LibTorch.Modules;
global using static Scanlock.LibTorch.torch;

namespace Scanlock.Trainer;

internal static class Backend
{
    internal static bool IsOutOfMemory(Exception error) => error is OutOfMemoryException or TorchException { Kind: TorchErrorKind.OutOfMemory };
}
