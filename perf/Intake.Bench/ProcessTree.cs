using System.Globalization;

namespace Scanlock.Intake.Bench;

/// <summary>What a process and all below it have used, by /proc.</summary>
internal static class ProcessTree
{
    private const double TicksPerSecond = 100;

    /// <summary>Processor seconds of the living and of the ended that were waited for.</summary>
    internal static double CpuSeconds(int root) =>
        Below(root).Sum(process => Fields(process) is { Length: > 15 } stat ? stat[11..15].Sum(field => double.Parse(field, CultureInfo.InvariantCulture)) : 0) / TicksPerSecond;

    /// <summary>The most that was resident in MiB: of the root, and of the largest process below it.</summary>
    internal static (double Root, double Largest) PeakMiB(int root) =>
        (PeakOf(root), Below(root).Where(process => process != root).Select(PeakOf).DefaultIfEmpty().Max());

    private static double PeakOf(int process) =>
        Lines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)) is { } line
            ? double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024
            : 0;

    private static List<int> Below(int root)
    {
        var parents = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Select(process => (process, stat: Fields(process))).Where(entry => entry.stat.Length > 15)
            .ToLookup(entry => int.Parse(entry.stat[1], CultureInfo.InvariantCulture), entry => entry.process);
        var found = new List<int> { root };
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(parents[found[i]]);
        }

        return found;
    }

    /// <summary>The fields of stat from the state on: 1 the parent, 11 to 14 user and system time, own and of waited-for children.</summary>
    private static string[] Fields(int process) =>
        Lines($"/proc/{process}/stat").FirstOrDefault() is { } stat ? stat[(stat.LastIndexOf(')') + 2)..].Split(' ') : [];

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            // It ended in between.
            return [];
        }
    }
}
