using System.Runtime.InteropServices;

namespace Scanlock.HpcAgent;

/// <summary>Keeps other processes of the same account out of this one's memory.</summary>
internal static partial class ProcessHardening
{
    private const int SetDumpable = 4;
    private const int CoreLimit = 4;

    /// <summary>
    /// Not dumpable: <c>/proc/PID/mem</c> and ptrace are root's alone, and no core is written. Children start dumpable again, so the core
    /// limit is for them: 1 byte and not 0, because under 0 the kernel still feeds a core_pattern that is a pipe, and under 1 it does not.
    /// </summary>
    /// <exception cref="InvalidOperationException">The system refuses.</exception>
    public static void Apply()
    {
        if (prctl(SetDumpable, 0, 0, 0, 0) != 0 || getrlimit(CoreLimit, out var limit) != 0)
        {
            throw Refused();
        }

        // A limit of 0 that is set for good cannot be raised to 1.
        limit = new ResourceLimit { Current = Math.Min(limit.Most, 1), Most = Math.Min(limit.Most, 1) };
        if (setrlimit(CoreLimit, in limit) != 0)
        {
            throw Refused();
        }
    }

    private static InvalidOperationException Refused() => new($"The process cannot be closed to others: {Marshal.GetLastPInvokeErrorMessage()}.");

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getrlimit(int resource, out ResourceLimit limit);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setrlimit(int resource, in ResourceLimit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        public nuint Current;
        public nuint Most;
    }
}
