// The one file that knows which binding of libtorch the trainer is compiled against: names and shapes below it are TorchSharp's.
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
