using System.Runtime.InteropServices;

namespace Scanlock.Gateway.Storage;

/// <summary>Files and folders that only the gateway's own account may open.</summary>
internal static class OwnerOnly
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("The gateway runs on Linux.");
        }

        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>A new file, mode 0600 from its first moment.</summary>
    public static FileStream CreateFile(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        Options = FileOptions.Asynchronous,
        BufferSize = 0,
    });

    /// <summary>Writes a file that is whole or not there, and survives loss of power once this returns.</summary>
    public static void WriteWhole(string path, ReadOnlySpan<byte> bytes)
    {
        var aside = path + ".new";
        File.Delete(aside);
        using (var file = CreateFile(aside))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }

        File.Move(aside, path);
        DurableDirectory.Synchronise(Path.GetDirectoryName(path)!);
    }

    /// <summary>True where group or others may do anything with it.</summary>
    public static bool IsOpenToOthers(string path) => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None;
}

/// <summary>A new or removed name survives loss of power only once its folder was synchronised; .NET opens no folders.</summary>
internal static class DurableDirectory
{
    private const int ReadOnlyCloseOnExec = 0x80000;

    public static void Synchronise(string path)
    {
        var descriptor = open(path, ReadOnlyCloseOnExec);
        Check(descriptor);
        try
        {
            Check(fsync(descriptor));
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    private static void Check(int result)
    {
        if (result < 0)
        {
            throw new IOException($"A folder of the state directory cannot be made durable: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

#pragma warning disable SYSLIB1054, CA2101, CA5392 // Three calls of the C library, of plain types; generated stubs would need unsafe code.
    [DllImport("libc", SetLastError = true, BestFitMapping = false)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int close(int descriptor);
#pragma warning restore SYSLIB1054, CA2101, CA5392
}
