using System.Globalization;
using System.Runtime.InteropServices;

namespace Scanlock.Processes;

/// <summary>A started program as its parent sees it: how it ended, and the means to end it with everything it started.</summary>
internal sealed class Child
{
    private readonly TaskCompletionSource<ProgramExit> exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private readonly bool takesGroupAlong;
    private bool reaped;

    /// <param name="id">The process, which leads a session and a process group of its own.</param>
    /// <param name="takesGroupAlong">Whether what it leaves running in its group is killed when it ends.</param>
    internal Child(int id, bool takesGroupAlong)
    {
        Id = id;
        this.takesGroupAlong = takesGroupAlong;
        new Thread(Wait, maxStackSize: 256 * 1024) { IsBackground = true, Name = "program end" }.Start();
    }

    internal int Id { get; }

    internal Task<ProgramExit> Exit => exit.Task;

    /// <summary>Kills the program, its process group, its session and its descendants. Nothing happens where it has ended.</summary>
    internal void Kill()
    {
        lock (gate)
        {
            if (reaped)
            {
                return;
            }

            var doomed = ProcessTable.SessionAndDescendants(Id);
            Native.kill(-Id, Native.Kill);
            foreach (var process in doomed)
            {
                Native.kill(process, Native.Kill);
            }
        }
    }

    private unsafe void Wait()
    {
        // The end is seen before it is reaped: until then the number cannot name another process, so the group can be killed safely.
        var information = stackalloc byte[Native.SignalSetBytes];
        while (Native.waitid(Native.WaitById, Id, information, Native.WaitExited | Native.WaitWithoutReaping) != 0
            && Marshal.GetLastPInvokeError() == Native.Interrupted)
        {
        }

        lock (gate)
        {
            if (takesGroupAlong)
            {
                Native.kill(-Id, Native.Kill);
            }

            var reapedId = Native.waitpid(Id, out var status, 0);
            reaped = true;
            if (reapedId == Id)
            {
                exit.SetResult(Decode(status));
            }
            else
            {
                var reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
                exit.SetException(new IOException($"cannot learn how process {Id.ToString(CultureInfo.InvariantCulture)} ended: {reason}"));
            }
        }
    }

    private static ProgramExit Decode(int status) =>
        (status & 0x7f) == 0 ? new ProgramExit.Status((status >> 8) & 0xff) : new ProgramExit.Signal(status & 0x7f);
}

/// <summary>What /proc says of who started whom.</summary>
internal static class ProcessTable
{
    // Field 4 of /proc/PID/stat is the parent and field 6 the session; the name in field 2 may hold anything but ends at the last ')'.
    private const int ParentAfterName = 1;
    private const int SessionAfterName = 3;

    /// <summary>All processes of the session that <paramref name="leader"/> leads, and all descendants of those, at this moment.</summary>
    internal static IReadOnlyCollection<int> SessionAndDescendants(int leader)
    {
        var processes = Read();
        var found = new HashSet<int> { leader };
        bool grew;
        do
        {
            grew = false;
            foreach (var (id, parent, session) in processes)
            {
                grew |= (session == leader || found.Contains(parent)) && found.Add(id);
            }
        }
        while (grew);
        return found;
    }

    private static List<(int Id, int Parent, int Session)> Read()
    {
        var processes = new List<(int, int, int)>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && Stat(id) is { } stat)
            {
                processes.Add((id, stat.Parent, stat.Session));
            }
        }

        return processes;
    }

    private static (int Parent, int Session)? Stat(int id)
    {
        string text;
        try
        {
            text = File.ReadAllText($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/stat");
        }
        catch (IOException)
        {
            // It ended between being listed and being read.
            return null;
        }

        var fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (int.Parse(fields[ParentAfterName], CultureInfo.InvariantCulture), int.Parse(fields[SessionAfterName], CultureInfo.InvariantCulture));
    }
}
