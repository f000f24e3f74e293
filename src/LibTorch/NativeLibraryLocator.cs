using System.Reflection;
using System.Runtime.InteropServices;

namespace Scanlock.LibTorch;

/// <summary>Finds the shim beside this assembly, and nowhere else, and says why it cannot be had.</summary>
public static partial class NativeLibraryLocator
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

        // OpenMP's workers wait for work by spinning, which on a machine that runs anything else costs ten times the time they save.
        // Read once, when its library is loaded; who has cores to themselves can set "active".
        _ = SetEnvironment("OMP_WAIT_POLICY", "passive", overwrite: 0);
        try
        {
            return (NativeLibrary.Load(path), null);
        }
        catch (DllNotFoundException e)
        {
            return (0, $"lib{Name}.so is here but cannot be loaded: {e.Message}");
        }
    }

    /// <summary>The C library's own: what .NET sets in its copy of the environment, native libraries never see.</summary>
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
