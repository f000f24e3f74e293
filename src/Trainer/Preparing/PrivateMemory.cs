using System.Runtime.InteropServices;

namespace Scanlock.Trainer.Preparing;

/// <summary>A block of this process's memory outside the garbage collector's heap, which would copy or cap it.</summary>
internal sealed class PrivateMemory : SafeBuffer
{
    private const string SystemMemory = "/proc/meminfo";

    internal PrivateMemory(long bytes)
        : base(ownsHandle: true)
    {
        SetHandle(Marshal.AllocHGlobal((nint)Math.Max(1, bytes)));
        Initialize((ulong)bytes);
    }

    /// <summary>Bytes that can still be taken: what the control group or the machine has left.</summary>
    internal static long Available()
    {
        var limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - Environment.WorkingSet;
        return File.Exists(SystemMemory) ? Math.Min(limit, Free(File.ReadLines(SystemMemory))) : limit;
    }

    /// <summary>MemAvailable of Linux's meminfo, in bytes.</summary>
    internal static long Free(IEnumerable<string> meminfo)
    {
        var line = meminfo.FirstOrDefault(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal));
        var digits = line is null ? "" : string.Concat(line.Where(char.IsAsciiDigit));
        return long.TryParse(digits, out var kilobytes) ? kilobytes << 10 : long.MaxValue;
    }

    protected override bool ReleaseHandle()
    {
        Marshal.FreeHGlobal(handle);
        return true;
    }
}
