using System.Globalization;

namespace Scanlock.HpcAgent.Sites;

/// <summary>
/// Whether this node may write a job's memory to a disk in the clear (P2). Swap counts as safe on a dm-crypt device, also below LVM, and
/// in compressed memory; anything else, and anything that cannot be made out, counts as clear.
/// </summary>
internal static class SwapSpace
{
    private const int DeepestStack = 8;

    /// <summary>The swap areas in the clear, by name; empty where there is none.</summary>
    public static IReadOnlyList<string> InTheClear() =>
        [.. File.ReadLines("/proc/swaps").Skip(1).Select(line => line.Split((char[]?)null, 2)[0]).Where(area => !IsSafe(area))];

    private static bool IsSafe(string area)
    {
        var device = Path.GetFileName(File.ResolveLinkTarget(area, returnFinalTarget: true)?.FullName ?? area);
        return IsCompressedMemory(device) || IsEncrypted(device, DeepestStack);
    }

    private static bool IsCompressedMemory(string device) =>
        device.StartsWith("zram", StringComparison.Ordinal) && ReadSys(device, "backing_dev") is null or "none";

    // A swap file lies on a file system, not on /sys/class/block, and is not followed: it counts as clear.
    private static bool IsEncrypted(string device, int depth)
    {
        if (ReadSys(device, "dm/uuid") is { } kind && kind.StartsWith("CRYPT-", StringComparison.Ordinal))
        {
            return true;
        }

        var below = $"/sys/class/block/{device}/slaves";
        return depth > 0 && Directory.Exists(below)
            && Directory.EnumerateFileSystemEntries(below).Select(Path.GetFileName).ToArray() is { Length: > 0 } slaves
            && slaves.All(slave => IsEncrypted(slave!, depth - 1));
    }

    private static string? ReadSys(string device, string attribute)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/sys/class/block/{device}/{attribute}");
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }
}
