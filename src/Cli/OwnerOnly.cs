using Microsoft.Win32.SafeHandles;

namespace Scanlock.Cli;

/// <summary>Files that only their owner may open: keys, tokens, pictures, and reports that name files.</summary>
internal static class OwnerOnly
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Opens a file to write; one that is new has mode 0600 from its first moment.</summary>
    public static FileStream Create(string path, FileMode mode, FileAccess access = FileAccess.Write, FileShare share = FileShare.Read) =>
        new(path, new FileStreamOptions { Mode = mode, Access = access, Share = share, UnixCreateMode = OperatingSystem.IsWindows() ? null : Mode });

    /// <summary>Whether group or others may do anything with it.</summary>
    public static bool IsOpenToOthers(SafeFileHandle file) => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ~Mode) != UnixFileMode.None;
}
