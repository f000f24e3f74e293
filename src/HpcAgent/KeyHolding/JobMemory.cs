using System.Globalization;

namespace Scanlock.HpcAgent.KeyHolding;

/// <summary>How much memory a job has, its files in memory included.</summary>
/// <param name="folder">The job's folder in memory.</param>
/// <param name="ownsAll">Whether everything that this process can see is the job: so it is in a sandbox.</param>
internal sealed class JobMemory(string folder, bool ownsAll)
{
    private const int KiB = 1024;
    private const long FullBelowBytes = 1 << 20;

    /// <summary>Whether there is no more room for files.</summary>
    public bool IsFull => new DriveInfo(folder).AvailableFreeSpace < FullBelowBytes;

    /// <summary>Anonymous memory of the job's processes, and its files.</summary>
    public long UsedBytes(int trainer) => FileBytes() + (ownsAll ? Processes() : [Environment.ProcessId, trainer]).Sum(AnonymousBytes);

    /// <summary>Every process that this one can see.</summary>
    public static IReadOnlyList<int> Processes() =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Select(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0),
    ];

    private long FileBytes()
    {
        if (!ownsAll)
        {
            return SharedFileBytes();
        }

        var files = new DriveInfo(folder);
        return files.TotalSize - files.TotalFreeSpace;
    }

    private long SharedFileBytes()
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        }
        catch (IOException)
        {
            // The trainer took something away while it was counted; the next look counts again.
            return 0;
        }
    }

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
