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

    public bool Exists(string path) => Path.Exists(Full(path));

    /// <summary>Has <see cref="DeleteRetired"/> delete a file or a directory, once what makes it needless is durable.</summary>
    public void Retire(string path) => _retired.Add(path);

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
            Sync(Full(path));
        }

        foreach (var directory in _unsettledDirectories)
        {
            Before(DiskAct.SyncDirectory, directory);
            Sync(Full(directory));
        }

        _unsettled.Clear();
        _unsettledDirectories.Clear();
    }

    /// <summary>Deletes what was retired, oldest first.</summary>
    public void DeleteRetired()
    {
        foreach (var path in _retired.Where(Exists))
        {
            Before(DiskAct.Delete, path);
            if (Directory.Exists(Full(path)))
            {
                Directory.Delete(Full(path), recursive: true);
            }
            else
            {
                File.Delete(Full(path));
            }
        }

        _retired.Clear();
    }

    public void Before(DiskAct act, string path) => observer?.Invoke(new DiskStep(act, path));

    private void Put(string path, ReadOnlySpan<byte> bytes, bool durably)
    {
        Before(DiskAct.Write, path);
        CreateParents(path);
        var file = Libc.CreateFile(Full(Aside));
        try
        {
            if (path == TilePath.Checkpoint)
            {
                // Renaming over a file makes ext4 write the new one out unless it has its blocks; here that is the journal's work.
                Libc.Reserve(file, bytes.Length);
            }

            Libc.Write(file, bytes, Full(path));
            if (durably)
            {
                Before(DiskAct.Sync, Aside);
                Libc.Sync(file, Full(path));
            }
        }
        finally
        {
            Libc.Close(file);
        }

        Before(DiskAct.Rename, path);
        Libc.Rename(Full(Aside), Full(path));
        _unsettled.Add(path);
    }

    private void CreateParents(string path)
    {
        for (var directory = Parent(path); _unsettledDirectories.Add(directory) && directory.Length > 0; directory = Parent(directory))
        {
            Directory.CreateDirectory(Full(directory));
        }
    }

    private static void Sync(string path)
    {
        var file = Libc.OpenToSync(path);
        try
        {
            Libc.Sync(file, path);
        }
        finally
        {
            Libc.Close(file);
        }
    }

    private static string Parent(string path) => Path.GetDirectoryName(path) ?? "";
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
