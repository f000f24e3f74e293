using System.Globalization;
using System.Text;

namespace Scanlock.Processes;

/// <summary>A part of the file system as the sandbox shows it.</summary>
public abstract record SandboxMount(string Target)
{
    /// <summary>A file or directory of the host's, which cannot be changed through it.</summary>
    public sealed record Shown(string Source, string Target) : SandboxMount(Target);

    /// <summary>A file or directory of the host's, to read and write.</summary>
    public sealed record Writable(string Source, string Target) : SandboxMount(Target);

    /// <summary>A device node of the host's (a GPU).</summary>
    public sealed record Device(string Source, string Target) : SandboxMount(Target);

    /// <summary>An empty file in memory to write, and no place for another. How large it gets, <see cref="ResourceLimits.FileBytes"/> bounds.</summary>
    public sealed record MemoryFile(string Target) : SandboxMount(Target);

    /// <summary>An empty directory in memory, of at most that many bytes.</summary>
    public sealed record Memory(string Target, long Bytes) : SandboxMount(Target);
}

/// <summary>An ordinary account of the host's, by its numbers.</summary>
public sealed record SandboxAccount(int User, int Group)
{
    /// <summary>The account that owns nothing.</summary>
    public static SandboxAccount Nobody { get; } = new(65534, 65534);

    internal ProgramStart Apply(ProgramStart start)
    {
        var setpriv = Programs.Find("setpriv") ?? throw new ProgramStartException("setpriv is not installed (Debian: util-linux)");
        string[] options = ["--reuid", Number(User), "--regid", Number(Group), "--clear-groups", "--inh-caps", "-all", "--no-new-privs"];
        return start with { File = setpriv, Arguments = [.. options, "--", start.File, .. start.Arguments] };
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>
/// A bubblewrap sandbox: no network, its own process, user, IPC, host name and cgroup namespaces, no capability, a read-only view of the
/// system's programs and libraries, and of everything else only what <see cref="Mounts"/> names. It dies with its starter.
/// </summary>
public sealed record Sandbox
{
    private const string UserNumber = "1000";
    private static readonly string[] SystemDirectories = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64"];

    // Debian finds its BLAS through /etc/alternatives, and the loader its libraries through the cache.
    private static readonly string[] SystemFiles = ["/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d"];

    /// <summary>Mounted in this order, over the system's directories, /proc and /dev.</summary>
    public IReadOnlyList<SandboxMount> Mounts { get; init; } = [];

    public string WorkingDirectory { get; init; } = "/";

    /// <summary>The system call filter; null for none. One that hosts a sandbox in itself needs <see cref="SystemCallFilter.AllowsNamespaces"/>.</summary>
    public SystemCallFilter? Filter { get; init; } = new();

    public ResourceLimits Limits { get; init; } = new();

    /// <summary>
    /// Where root starts it: the account it is made as instead. A sandbox that is to hold another needs one, for bubblewrap covers parts
    /// of root's /proc and the kernel then refuses a second one. What is mounted must be readable to that account.
    /// </summary>
    public SandboxAccount? InsteadOfRoot { get; init; }

    /// <summary>
    /// The program, started inside this sandbox with its own environment and attachments. Throws <see cref="ProgramStartException"/>
    /// where bubblewrap is not installed.
    /// </summary>
    public ProgramStart Wrap(ProgramStart program)
    {
        var bubblewrap = Programs.Find("bwrap") ?? throw new ProgramStartException("bubblewrap is not installed (Debian: bubblewrap)");
        var attachments = new List<ReadOnlyMemory<byte>>(program.Attachments);
        List<string> arguments =
        [
            "--unshare-all", "--unshare-user", "--uid", UserNumber, "--gid", UserNumber, "--hostname", "sandbox",
            "--die-with-parent", "--new-session", "--cap-drop", "ALL",
            // A sandbox made in this one is first put together over /tmp, so there must be one.
            .. SystemView(), "--proc", "/proc", "--dev", "/dev", "--dir", "/tmp", .. Mounts.SelectMany(mount => Options(mount, AttachBytes)),
            "--ro-bind-data", Attach($"sandbox:x:{UserNumber}:{UserNumber}::/tmp:/usr/sbin/nologin\n"), "/etc/passwd",
            "--ro-bind-data", Attach($"sandbox:x:{UserNumber}:\n"), "/etc/group",
            "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", WorkingDirectory,
        ];
        if (Filter is not null)
        {
            arguments.AddRange(["--seccomp", AttachBytes(Filter.Assemble())]);
        }

        // The environment reaches the program through bubblewrap's own and not as arguments, which every user of the machine can list.
        var sandboxed = program with
        {
            File = bubblewrap,
            Arguments = [.. arguments, "--", program.File, .. program.Arguments],
            WorkingDirectory = "/",
            Attachments = attachments,
        };
        return Limits.Apply(InsteadOfRoot is not null && Environment.IsPrivilegedProcess ? InsteadOfRoot.Apply(sandboxed) : sandboxed);

        string Attach(string text) => AttachBytes(Encoding.UTF8.GetBytes(text));

        string AttachBytes(byte[] bytes)
        {
            attachments.Add(bytes);
            return (ProgramStart.FirstAttachment + attachments.Count - 1).ToString(CultureInfo.InvariantCulture);
        }
    }

    private static IEnumerable<string> SystemView()
    {
        foreach (var directory in SystemDirectories)
        {
            // Where /bin is a link into /usr it stays one, so that a path means the same inside and outside.
            if (new DirectoryInfo(directory).LinkTarget is { } link)
            {
                yield return "--symlink";
                yield return link;
            }
            else
            {
                yield return "--ro-bind-try";
                yield return directory;
            }

            yield return directory;
        }

        foreach (var file in SystemFiles)
        {
            yield return "--ro-bind-try";
            yield return file;
            yield return file;
        }
    }

    private static IEnumerable<string> Options(SandboxMount mount, Func<byte[], string> attach) => mount switch
    {
        SandboxMount.Shown shown => ["--ro-bind", shown.Source, shown.Target],
        SandboxMount.Writable writable => ["--bind", writable.Source, writable.Target],
        SandboxMount.Device device => ["--dev-bind", device.Source, device.Target],
        SandboxMount.MemoryFile file => ["--bind-data", attach([]), file.Target],
        SandboxMount.Memory memory => ["--size", memory.Bytes.ToString(CultureInfo.InvariantCulture), "--tmpfs", memory.Target],
        _ => throw new InvalidOperationException("No such mount."),
    };
}
