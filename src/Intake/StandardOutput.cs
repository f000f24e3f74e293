using System.Runtime.InteropServices;

namespace Scanlock.Intake;

/// <summary>Standard output belongs to the protocol.</summary>
internal static partial class StandardOutput
{
    private const int Output = 1;
    private const int Error = 2;

    /// <summary>The stream that leads to the gateway; whatever a native library prints goes to standard error from here on.</summary>
    internal static Stream TakeOver()
    {
        // The stream holds a duplicate of the descriptor, which the redirection leaves alone.
        var stream = Console.OpenStandardOutput();
        return Duplicate(Error, Output) == Output ? stream : throw new IOException("Standard output cannot be redirected.");
    }

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Duplicate(int from, int to);
}
