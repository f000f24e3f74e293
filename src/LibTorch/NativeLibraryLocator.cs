using System.Reflection;
using System.Runtime.InteropServices;

namespace Scanlock.LibTorch;

/// <summary>Finds the shim beside this assembly, and nowhere else, and says why it cannot be had.</summary>
public static class NativeLibraryLocator
{
    internal const string Name = "scanlock_torch";

    private static readonly Lazy<(nint Handle, string? Reason)> Loaded = new(Load);

    /// <summary>Whether tensors can be made on this machine; otherwise the reason, for a message or a skipped test.</summary>
    public static bool IsAvailable(out string reason)
    {
        reason = Loaded.Value.Reason ?? "";
        return Loaded.Value.Reason is null;
    }

    internal static void Install() => NativeLibrary.SetDllImportResolver(typeof(NativeLibraryLocator).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Name)
        {
            return 0;
        }

        return Loaded.Value.Reason is { } reason ? throw new DllNotFoundException(reason) : Loaded.Value.Handle;
    }

    private static (nint, string?) Load()
    {
        var path = Path.Combine(AppContext.BaseDirectory, $"lib{Name}.so");
        if (!File.Exists(path))
        {
            return (0, $"lib{Name}.so is not beside the program: it was built without libtorch (on Debian: libtorch-dev, cmake, g++)");
        }

        try
        {
            return (NativeLibrary.Load(path), null);
        }
        catch (DllNotFoundException e)
        {
            return (0, $"lib{Name}.so is here but cannot be loaded: {e.Message}");
        }
    }
}
