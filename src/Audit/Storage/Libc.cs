using System.Runtime.InteropServices;

namespace Scanlock.Audit;

/// <summary>
/// The calls of the C library that durable files need and .NET does not give: directories cannot be opened there, and each file
/// written costs three times as many calls. Linux only, as all that writes a log.
/// </summary>
internal static class Libc
{
    private const int WriteOnly = 0x1, Create = 0x40, Truncate = 0x200, CloseOnExec = 0x80000;
    private const int OwnerWritesAllRead = 0x1A4;
    private const int Interrupted = 4;

    /// <summary>Opens a file for writing, empty.</summary>
    public static int CreateFile(string path) => Check(open(path, WriteOnly | Create | Truncate | CloseOnExec, OwnerWritesAllRead), path);

    /// <summary>Opens a file or directory, to synchronise it.</summary>
    public static int OpenToSync(string path) => Check(open(path, CloseOnExec, 0), path);

    public static void Write(int file, ReadOnlySpan<byte> bytes, string path)
    {
        while (!bytes.IsEmpty)
        {
            var written = write(file, in MemoryMarshal.GetReference(bytes), bytes.Length);
            if (written < 0 && Marshal.GetLastPInvokeError() == Interrupted)
            {
                continue;
            }

            Check((int)Math.Min(written, 0), path);
            bytes = bytes[(int)written..];
        }
    }

    /// <summary>Has blocks set aside for a file; a file system that cannot is no worse off.</summary>
    public static void Reserve(int file, long length) => _ = posix_fallocate(file, 0, length);

    public static void Sync(int file, string path) => Check(fsync(file), path);

    /// <summary>Makes a file's data durable, without its times.</summary>
    public static void SyncData(int file, string path) => Check(fdatasync(file), path);

    public static void Close(int file) => _ = close(file);

    public static void Rename(string from, string to) => Check(rename(from, to), to);

    private static int Check(int result, string path) => result >= 0
        ? result
        : throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}.", Marshal.GetLastPInvokeError());

#pragma warning disable SYSLIB1054, CA2101, CA5392 // Plain types; generated stubs would need unsafe code.
    [DllImport("libc", SetLastError = true, BestFitMapping = false)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, int mode);

    [DllImport("libc", SetLastError = true)]
    private static extern nint write(int file, ref readonly byte buffer, nint count);

    [DllImport("libc")]
    private static extern int posix_fallocate(int file, long offset, long length);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(int file);

    [DllImport("libc", SetLastError = true)]
    private static extern int fdatasync(int file);

    [DllImport("libc", SetLastError = true)]
    private static extern int close(int file);

    [DllImport("libc", SetLastError = true, BestFitMapping = false)]
    private static extern int rename([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);
#pragma warning restore SYSLIB1054, CA2101, CA5392
}
