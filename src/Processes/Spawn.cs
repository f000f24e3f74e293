using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Scanlock.Processes;

/// <summary>Where a new program's standard streams lead: to descriptors of ours, or (detached) to nowhere and to a log file.</summary>
internal abstract record Streams
{
    private Streams() { }

    internal sealed record Pipes(SafeHandle Input, SafeHandle Output, SafeHandle Error) : Streams;

    internal sealed record LogFile(string Path) : Streams;
}

/// <summary>
/// Starts programs with posix_spawn, each in a session of its own, with no descriptor but those meant for it. All starts happen on one
/// thread that never ends: a child that asks to die with its parent (bwrap --die-with-parent) dies with the *thread* that started it,
/// and a pool thread is retired when it has been idle for a while.
/// </summary>
internal static class Spawn
{
    // Child descriptors are first moved above these, so that putting them in place never overwrites one still to be moved.
    private const int HighDescriptor = 200;

    private static readonly BlockingCollection<Task> Starts = StartThread();

    internal static int Start(ProgramStart start, Streams streams)
    {
        Check(start);
        var started = new Task<int>(() => StartHere(start, streams));
        Starts.Add(started);
        return started.GetAwaiter().GetResult();
    }

    private static BlockingCollection<Task> StartThread()
    {
        var starts = new BlockingCollection<Task>();
        var thread = new Thread(() =>
        {
            foreach (var start in starts.GetConsumingEnumerable())
            {
                start.RunSynchronously();
            }
        })
        { IsBackground = true, Name = "program starts" };
        thread.Start();
        return starts;
    }

    private static void Check(ProgramStart start)
    {
        if (!Path.IsPathFullyQualified(start.File))
        {
            throw new ProgramStartException($"cannot start {start.File}: the path of a program must be absolute");
        }

        if (start.Arguments.Append(start.File).Concat(start.Environment.Keys).Concat(start.Environment.Values).Any(text => text.Contains('\0')))
        {
            throw new ProgramStartException($"cannot start {start.File}: an argument or variable holds a NUL");
        }
    }

    private static unsafe int StartHere(ProgramStart start, Streams streams)
    {
        var actions = stackalloc byte[Native.OpaqueBytes];
        var attributes = stackalloc byte[Native.OpaqueBytes];
        var moved = new List<int>();
        Require(Native.posix_spawn_file_actions_init(actions), start);
        Require(Native.posix_spawnattr_init(attributes), start);
        try
        {
            PlaceStreams(actions, streams, moved, start);
            PlaceAttachments(actions, moved, start);
            CloseTheRest(actions, start);
            if (start.WorkingDirectory is { } directory)
            {
                Require(Native.posix_spawn_file_actions_addchdir_np(actions, directory), start);
            }

            ResetSignals(attributes, start);
            using var arguments = new NullTerminated([start.File, .. start.Arguments]);
            using var environment = new NullTerminated(start.Environment.Select(variable => $"{variable.Key}={variable.Value}"));
            Require(Native.posix_spawn(out var pid, arguments.First, actions, attributes, arguments.Pointers, environment.Pointers), start);
            return pid;
        }
        finally
        {
            moved.ForEach(descriptor => Native.close(descriptor));
            Native.posix_spawnattr_destroy(attributes);
            Native.posix_spawn_file_actions_destroy(actions);
        }
    }

    private static unsafe void PlaceStreams(byte* actions, Streams streams, List<int> moved, ProgramStart start)
    {
        switch (streams)
        {
            case Streams.Pipes pipes:
                SafeHandle[] handles = [pipes.Input, pipes.Output, pipes.Error];
                for (var target = 0; target < handles.Length; target++)
                {
                    var high = MoveHigh(handles[target].DangerousGetHandle().ToInt32(), moved, start);
                    Require(Native.posix_spawn_file_actions_adddup2(actions, high, target), start);
                }

                break;
            case Streams.LogFile log:
                Require(Native.posix_spawn_file_actions_addopen(actions, 0, "/dev/null", 0, 0), start);
                Require(Native.posix_spawn_file_actions_addopen(actions, 1, log.Path, Native.CreateAppend, Convert.ToUInt32("600", 8)), start);
                Require(Native.posix_spawn_file_actions_adddup2(actions, 1, 2), start);
                break;
            default:
                throw new InvalidOperationException("No such streams.");
        }
    }

    private static unsafe void PlaceAttachments(byte* actions, List<int> moved, ProgramStart start)
    {
        for (var index = 0; index < start.Attachments.Count; index++)
        {
            var descriptor = Native.memfd_create("attachment", Native.MemoryFileCloseOnExec);
            if (descriptor < 0)
            {
                Require(Marshal.GetLastPInvokeError(), start);
            }

            using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
            RandomAccess.Write(handle, start.Attachments[index].Span, 0);
            var high = MoveHigh(descriptor, moved, start);
            Require(Native.posix_spawn_file_actions_adddup2(actions, high, ProgramStart.FirstAttachment + index), start);
        }
    }

    private static unsafe void CloseTheRest(byte* actions, ProgramStart start)
    {
        // .NET opens everything close-on-exec; this catches what a native library did not. glibc before 2.34 cannot.
        if (NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), nameof(Native.posix_spawn_file_actions_addclosefrom_np), out _))
        {
            Require(Native.posix_spawn_file_actions_addclosefrom_np(actions, ProgramStart.FirstAttachment + start.Attachments.Count), start);
        }
    }

    private static unsafe void ResetSignals(byte* attributes, ProgramStart start)
    {
        // The runtime ignores SIGPIPE and blocks some signals, and both would be inherited.
        var signals = stackalloc byte[Native.SignalSetBytes];
        Native.sigemptyset(signals);
        Require(Native.posix_spawnattr_setsigmask(attributes, signals), start);
        Native.sigfillset(signals);
        Require(Native.posix_spawnattr_setsigdefault(attributes, signals), start);
        const short flags = Native.SpawnSetSession | Native.SpawnSetSignalMask | Native.SpawnSetSignalDefaults;
        Require(Native.posix_spawnattr_setflags(attributes, flags), start);
    }

    private static int MoveHigh(int descriptor, List<int> moved, ProgramStart start)
    {
        var high = Native.fcntl(descriptor, Native.DuplicateCloseOnExec, HighDescriptor);
        if (high < 0)
        {
            Require(Marshal.GetLastPInvokeError(), start);
        }

        moved.Add(high);
        return high;
    }

    private static void Require(int error, ProgramStart start)
    {
        if (error != 0)
        {
            throw new ProgramStartException($"cannot start {start.File}: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    /// <summary>C strings and the NULL-ended array that points at them.</summary>
    private sealed unsafe class NullTerminated : IDisposable
    {
        private readonly List<nint> strings;

        internal NullTerminated(IEnumerable<string> texts)
        {
            strings = [.. texts.Select(Marshal.StringToCoTaskMemUTF8)];
            Pointers = (byte**)NativeMemory.Alloc((nuint)(strings.Count + 1), (nuint)sizeof(nint));
            for (var index = 0; index < strings.Count; index++)
            {
                Pointers[index] = (byte*)strings[index];
            }

            Pointers[strings.Count] = null;
        }

        internal byte** Pointers { get; }

        internal byte* First => Pointers[0];

        public void Dispose()
        {
            strings.ForEach(Marshal.FreeCoTaskMem);
            NativeMemory.Free(Pointers);
        }
    }
}
