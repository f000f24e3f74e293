using System.Runtime.InteropServices;

namespace Scanlock.HpcAgent.Sites;

/// <summary>What the kernel knows of its clock.</summary>
internal static partial class SystemClock
{
    // struct timex is 208 bytes on 64-bit Linux; all zero asks and changes nothing (adjtimex(2)).
    private const int TimexBytes = 512;
    private const int TimeError = 5;

    /// <summary>Whether something keeps the clock right.</summary>
    public static unsafe bool IsSynchronised
    {
        get
        {
            var state = stackalloc byte[TimexBytes];
            new Span<byte>(state, TimexBytes).Clear();
            return adjtimex(state) is >= 0 and not TimeError;
        }
    }

    [LibraryImport("libc")]
    private static unsafe partial int adjtimex(byte* state);
}
