using System.Globalization;
using System.Text;
using Scanlock.Processes;

namespace Scanlock.HpcAgent.Tests;

/// <summary>What runs on this machine, inside and outside of sandboxes.</summary>
internal static class HostProcesses
{
    /// <summary>So many seconds as an argument of <c>sleep</c> that no other run of these tests gives on this machine.</summary>
    public static string Mine(int seconds) => $"{seconds}.{Environment.ProcessId}";

    /// <summary>Processes started with exactly these arguments.</summary>
    public static IReadOnlyList<int> WithArguments(params string[] arguments)
    {
        var wanted = Encoding.UTF8.GetBytes(string.Concat(arguments.Select(a => a + "\0")));
        return
        [
            .. Directory.EnumerateDirectories("/proc")
                .Select(Path.GetFileName)
                .Where(name => name!.All(char.IsAsciiDigit) && CommandLine(name!).AsSpan().EndsWith(wanted))
                .Select(name => int.Parse(name!)),
        ];
    }

    public static bool IsBelow(int process, int ancestor)
    {
        while (process > 1 && process != ancestor)
        {
            process = int.Parse(File.ReadLines($"/proc/{process}/status").Single(l => l.StartsWith("PPid:", StringComparison.Ordinal))[5..]);
        }

        return process == ancestor;
    }

    /// <summary>All processes that this one has started, and those have.</summary>
    public static IReadOnlyList<int> Below(int ancestor)
    {
        var parents = Directory.EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => name!.All(char.IsAsciiDigit))
            .Select(name => int.Parse(name!))
            .ToDictionary(process => process, Parent);
        return [.. parents.Keys.Where(process => process != ancestor && Ancestors(process).Contains(ancestor))];

        IEnumerable<int> Ancestors(int process)
        {
            for (; process > 1; process = parents.GetValueOrDefault(process))
            {
                yield return process;
            }
        }
    }

    /// <summary>Whether it runs: one that is dead and only waits to be noticed does not.</summary>
    public static bool IsAlive(int process) => Status(process).Any(l => l.StartsWith("State:", StringComparison.Ordinal) && !l.Contains('Z') && !l.Contains('X'));

    private static int Parent(int process) =>
        Status(process).FirstOrDefault(l => l.StartsWith("PPid:", StringComparison.Ordinal)) is { } line ? int.Parse(line[5..]) : 0;

    private static string[] Status(int process)
    {
        try
        {
            return File.ReadAllLines($"/proc/{process}/status");
        }
        catch (IOException)
        {
            // It ended between being listed and being read.
            return [];
        }
    }

    public static async Task SignalAsync(string signal, int process)
    {
        var kill = new ProgramStart(Programs.Find("kill")!, "-s", signal, process.ToString(CultureInfo.InvariantCulture));
        Assert.True((await ProgramRunner.RunTextAsync(kill, new RunLimits(TimeSpan.FromSeconds(60)))).Succeeded || !IsAlive(process), $"kill -{signal} failed");
    }

    private static byte[] CommandLine(string process)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            // It ended between being listed and being read.
            return [];
        }
    }
}
