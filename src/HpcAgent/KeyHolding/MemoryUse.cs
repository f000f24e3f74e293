using System.Globalization;

namespace Scanlock.HpcAgent.KeyHolding;

/// <summary>How much memory a job has, as far as this process can see: in its namespace there is nothing but the job.</summary>
internal static class MemoryUse
{
    private const int KiB = 1024;

    /// <summary>Anonymous memory of all its processes, and what lies in its memory file system.</summary>
    public static long Bytes(string memoryFolder, IEnumerable<int> processes)
    {
        var files = new DriveInfo(memoryFolder);
        return files.TotalSize - files.TotalFreeSpace + processes.Sum(AnonymousBytes);
    }

    /// <summary>Every process that this one can see.</summary>
    public static IReadOnlyList<int> Processes() =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Select(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0),
    ];

    private static long AnonymousBytes(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(l => l.StartsWith("RssAnon:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * KiB;
        }
        catch (IOException)
        {
            // It ended between being listed and being read.
            return 0;
        }
    }
}
