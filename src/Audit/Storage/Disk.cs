using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Scanlock.Audit;

/// <summary>
/// The files of a log being written. Each appears whole or not at all (written aside, then renamed), and is safe from loss of
/// power only after <see cref="Settle"/>; until then the journal holds what they say.
/// </summary>
/// <param name="root">The log's directory.</param>
/// <param name="observer">Told of each step before it is taken; how tests stop a writer anywhere.</param>
internal sealed class Disk(string root, Action<DiskStep>? observer = null)
{
    /// <summary>Where a file is written before it is renamed to its place.</summary>
    public const string Aside = ".new";

    private readonly HashSet<string> _unsettled = [];
    private readonly HashSet<string> _unsettledDirectories = [];
    private readonly List<string> _retired = [];

    public string Root => root;

    public string Full(string path) => Path.Combine(root, path);

    public byte[]? Read(string path)
    {
        try
        {
            return File.ReadAllBytes(Full(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Puts a file in place of whatever is there.</summary>
    public void Put(string path, ReadOnlySpan<byte> bytes) => Put(path, bytes, durably: false);

    /// <summary>Puts a file in place so that, at any instant, loss of power leaves it whole or not there.</summary>
    public void PutDurably(string path, ReadOnlySpan<byte> bytes)
    {
        Put(path, bytes, durably: true);
        Settle();
    }

    /// <summary>Lets <see cref="Settle"/> leave out a file that a longer one has taken the place of.</summary>
    public void Supersede(string path) => _unsettled.Remove(path);

    /// <summary>Has <see cref="DeleteRetired"/> delete a directory, once what makes it needless is durable.</summary>
    public void Retire(string directory) => _retired.Add(directory);

    /// <summary>Forgets what was put and retired: a failed append began it, and a new start from the journal begins it again.</summary>
    public void Forget()
    {
        _unsettled.Clear();
        _unsettledDirectories.Clear();
        _retired.Clear();
    }

    public void Delete(string path)
    {
        Before(DiskAct.Delete, path);
        File.Delete(Full(path));
        _unsettled.Remove(path);
    }

    /// <summary>Returns once all files put so far, and their names, would survive loss of power.</summary>
    public void Settle()
    {
        foreach (var path in _unsettled)
        {
            Before(DiskAct.Sync, path);
            using var file = File.OpenHandle(Full(path), FileMode.Open, FileAccess.Read);
            RandomAccess.FlushToDisk(file);
        }

        foreach (var directory in _unsettledDirectories)
        {
            Before(DiskAct.SyncDirectory, directory);
            SyncDirectory(Full(directory));
        }

        _unsettled.Clear();
        _unsettledDirectories.Clear();
    }

    /// <summary>Deletes what was retired, oldest first.</summary>
    public void DeleteRetired()
    {
        foreach (var directory in _retired.Where(d => Directory.Exists(Full(d))))
        {
            Before(DiskAct.Delete, directory);
            Directory.Delete(Full(directory), recursive: true);
        }

        _retired.Clear();
    }

    public void Before(DiskAct act, string path) => observer?.Invoke(new DiskStep(act, path));

    /// <summary>Makes the data of a file durable, without its times.</summary>
    public static void SyncData(SafeFileHandle file)
    {
        var held = false;
        try
        {
            file.DangerousAddRef(ref held);
            Check(fdatasync((int)file.DangerousGetHandle()), "the journal");
        }
        finally
        {
            if (held)
            {
                file.DangerousRelease();
            }
        }
    }

    private void Put(string path, ReadOnlySpan<byte> bytes, bool durably)
    {
        Before(DiskAct.Write, path);
        Directory.CreateDirectory(Full(Parent(path)));
        // Room reserved first: renaming over a file would otherwise make ext4 write the new one out, which is the journal's work here.
        using (var file = File.OpenHandle(Full(Aside), FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.None, bytes.Length))
        {
            RandomAccess.Write(file, bytes, 0);
            if (durably)
            {
                Before(DiskAct.Sync, Aside);
                RandomAccess.FlushToDisk(file);
            }
        }

        Before(DiskAct.Rename, path);
        File.Move(Full(Aside), Full(path), overwrite: true);
        _unsettled.Add(path);
        for (var directory = path; directory.Length > 0;)
        {
            directory = Parent(directory);
            _unsettledDirectories.Add(directory);
        }
    }

    private static string Parent(string path) => Path.GetDirectoryName(path) ?? "";

    // .NET opens no directories, and a new file's name is durable only after its directory is.
    private static void SyncDirectory(string path)
    {
        const int ReadOnlyCloseOnExec = 0x80000;
        var descriptor = open(path, ReadOnlyCloseOnExec);
        Check(descriptor, path);
        try
        {
            Check(fsync(descriptor), path);
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    private static void Check(int result, string what)
    {
        if (result < 0)
        {
            throw new IOException($"Cannot write {what} to the disk: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

#pragma warning disable SYSLIB1054, CA2101, CA5392 // Four calls of the C library, of plain types; generated stubs would need unsafe code.
    [DllImport("libc", SetLastError = true, BestFitMapping = false)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int fdatasync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int close(int descriptor);
#pragma warning restore SYSLIB1054, CA2101, CA5392
}

internal enum DiskAct
{
    Write,
    Rename,
    Delete,
    Sync,
    SyncDirectory,
    JournalWrite,
    JournalSync,
}

/// <summary>A step about to be taken on a file or directory, by its path below the log's directory.</summary>
internal readonly record struct DiskStep(DiskAct Act, string Path);
