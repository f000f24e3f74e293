using System.Globalization;

namespace Scanlock.HpcAgent.Queue;

/// <summary>
/// A process as no other can be taken for it: its number is used again some day, but not with the same start time in the same boot.
/// </summary>
internal sealed record RunnerIdentity(int Process, long StartedAt, string Boot)
{
    private const string BootFile = "/proc/sys/kernel/random/boot_id";
    private const int StateAfterName = 0;
    private const int StartAfterName = 19;

    public static RunnerIdentity Current => Of(Environment.ProcessId) ?? throw new InvalidOperationException("/proc does not show this process.");

    /// <summary>The process of that number, or null when there is none that runs.</summary>
    public static RunnerIdentity? Of(int process)
    {
        string stat;
        try
        {
            stat = File.ReadAllText($"/proc/{process}/stat");
        }
        catch (IOException)
        {
            return null;
        }

        // The name in field 2 may hold anything but ends at the last ')'.
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields[StateAfterName] is "Z" or "X"
            ? null
            : new(process, long.Parse(fields[StartAfterName], CultureInfo.InvariantCulture), File.ReadAllText(BootFile).Trim());
    }

    public bool IsAlive => Of(Process) == this;

    public static RunnerIdentity? Parse(string text) =>
        text.Split(' ') is [var process, var start, var boot]
        && int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        && long.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            ? new(id, at, boot)
            : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Process} {StartedAt} {Boot}");
}
