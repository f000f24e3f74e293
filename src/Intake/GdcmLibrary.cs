using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Scanlock.Intake;

/// <summary>Finds GDCM's C# binding on this machine. It is Debian's package and no NuGet package, so it is bound when the worker starts.</summary>
internal static class GdcmLibrary
{
    private const string Home = "/usr/lib/cli";
    private const string Assembly = "gdcm-sharp";
    private const string Glue = "gdcmsharpglue";

    /// <summary>Binds GDCM and says its version, or why it cannot be bound.</summary>
    internal static (string? Version, string? WhyNot) Bind()
    {
        var folder = !Directory.Exists(Home) ? null : Directory.EnumerateDirectories(Home, $"{Assembly}-*")
            .Where(candidate => File.Exists(Path.Combine(candidate, $"{Assembly}.dll")) && File.Exists(Path.Combine(candidate, $"lib{Glue}.so")))
            .Order(StringComparer.Ordinal)
            .LastOrDefault();
        if (folder is null)
        {
            return (null, "GDCM's binding for .NET is not installed (Debian: libgdcm-cil).");
        }

        AssemblyLoadContext.Default.Resolving += (context, name) => name.Name == Assembly ? Load(context, folder) : null;
        return (Start(), null);
    }

    private static Assembly Load(AssemblyLoadContext context, string folder)
    {
        var assembly = context.LoadFromAssemblyPath(Path.Combine(folder, $"{Assembly}.dll"));
        NativeLibrary.SetDllImportResolver(assembly, (library, _, _) =>
            library.Contains(Glue, StringComparison.Ordinal) ? NativeLibrary.Load(Path.Combine(folder, $"lib{Glue}.so")) : nint.Zero);
        return assembly;
    }

    // Apart from Bind, so that nothing of GDCM is looked for before it can be found.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Start()
    {
        // Its messages quote the objects it reads.
        gdcm.Trace.DebugOff();
        gdcm.Trace.WarningOff();
        gdcm.Trace.ErrorOff();
        return gdcm.Version.GetVersion();
    }
}
