using System.Runtime.InteropServices;

namespace Scanlock.Processes;

/// <summary>The system calls that .NET's own Process class does not offer: sessions, exact descriptors, unreaped waits.</summary>
internal static unsafe partial class Native
{
    // Both structures are opaque and below 400 bytes in glibc and musl; a kilobyte leaves room.
    internal const int OpaqueBytes = 1024;
    internal const int SignalSetBytes = 128;
    internal const short SpawnSetSignalDefaults = 0x04;
    internal const short SpawnSetSignalMask = 0x08;
    internal const short SpawnSetSession = 0x80;
    internal const int DuplicateCloseOnExec = 1030;
    internal const int SetPipeBytes = 1031;
    internal const int MemoryFileCloseOnExec = 1;
    internal const int WaitById = 1;
    internal const int WaitExited = 4;
    internal const int WaitWithoutReaping = 0x01000000;
    internal const int Kill = 9;
    internal const int Interrupted = 4;
    internal const int CreateAppend = 0x1 | 0x40 | 0x400;

    [LibraryImport("libc")]
    internal static partial int posix_spawn(out int pid, byte* path, byte* actions, byte* attributes, byte** argv, byte** envp);

    [LibraryImport("libc")]
    internal static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport("libc")]
    internal static partial void posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport("libc")]
    internal static partial int posix_spawn_file_actions_adddup2(byte* actions, int from, int to);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int posix_spawn_file_actions_addopen(byte* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int posix_spawn_file_actions_addchdir_np(byte* actions, string path);

    [LibraryImport("libc")]
    internal static partial int posix_spawn_file_actions_addclosefrom_np(byte* actions, int from);

    [LibraryImport("libc")]
    internal static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    internal static partial void posix_spawnattr_destroy(byte* attributes);

    [LibraryImport("libc")]
    internal static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc")]
    internal static partial int posix_spawnattr_setsigmask(byte* attributes, byte* set);

    [LibraryImport("libc")]
    internal static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* set);

    [LibraryImport("libc")]
    internal static partial void sigemptyset(byte* set);

    [LibraryImport("libc")]
    internal static partial void sigfillset(byte* set);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int waitid(int type, int id, byte* information, int options);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int waitpid(int pid, out int status, int options);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int kill(int pid, int signal);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fcntl(int descriptor, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int memfd_create(string name, uint flags);
}
