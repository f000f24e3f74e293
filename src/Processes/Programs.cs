namespace Scanlock.Processes;

/// <summary>Where the system's programs are.</summary>
public static class Programs
{
    // A service's PATH is often shorter than a login's, and bwrap, sshd and prlimit may lie in any of these.
    private static readonly string[] UsualPlaces = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"];

    /// <summary>The absolute path of an executable of that name, on PATH or in the usual places; null where there is none.</summary>
    public static string? Find(string name)
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Where(directory => directory.StartsWith('/'))
            .Concat(UsualPlaces)
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(IsExecutable);
    }

    private static bool IsExecutable(string path) =>
        OperatingSystem.IsLinux() && File.Exists(path)
        && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != UnixFileMode.None;
}
