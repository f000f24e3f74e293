using System.Runtime.InteropServices;

namespace Scanlock.Audit.Tests;

/// <summary>The process ends here.</summary>
internal sealed class ProcessDied : Exception;

/// <summary>
/// Watches a writer's steps, ends its "process" before one of them, and then, if asked to, takes from the disk whatever was not yet
/// synchronised: each such file is lost, emptied, torn, as it was before, or happens to have survived.
/// </summary>
internal sealed class FailingDisk(string root, int dieBefore, int? powerLossSeed = null)
{
    private readonly HashSet<string> _unsyncedFiles = [];
    private readonly HashSet<string> _unsyncedNames = [];
    private readonly Dictionary<string, byte[]> _durable = ReadAll(root);
    private byte[]? _journalBefore;
    private readonly Lock _gate = new();

    // The journal is written while tiles are put: each of the two goes through its own steps.
    private DiskStep? _last;
    private DiskStep? _lastOfJournal;
    private bool _asideSynced;

    public int Steps { get; private set; }

    public void Observe(DiskStep step)
    {
        lock (_gate)
        {
            if (Steps == dieBefore)
            {
                throw new ProcessDied();
            }

            Steps++;
            if (step.Act is DiskAct.JournalWrite or DiskAct.JournalSync)
            {
                TakeLastStep(ref _lastOfJournal);
                _lastOfJournal = step;
            }
            else
            {
                TakeLastStep(ref _last);
                _last = step;
            }

            if (step.Act == DiskAct.JournalWrite)
            {
                _journalBefore ??= File.ReadAllBytes(Path.Combine(root, step.Path));
            }
        }
    }

    /// <summary>What the disk holds when the machine comes back.</summary>
    public void LosePower()
    {
        TakeLastStep(ref _lastOfJournal);
        TakeLastStep(ref _last);
        if (powerLossSeed is not { } seed)
        {
            return;
        }

        var random = new Random(seed);
        foreach (var path in _unsyncedNames.Union(_unsyncedFiles).Where(path => File.Exists(Path.Combine(root, path))))
        {
            Damage(path, random);
        }

        if (_journalBefore is { } before)
        {
            var path = Path.Combine(root, Journal.Path);
            var after = File.ReadAllBytes(path);
            // Blocks of a file written in place reach the disk in any order.
            for (var block = 0; block < after.Length; block += 512)
            {
                var length = Math.Min(512, after.Length - block);
                if (random.Next(2) == 0)
                {
                    before.AsSpan(block, length).CopyTo(after.AsSpan(block));
                }
            }

            File.WriteAllBytes(path, after);
        }
    }

    // A step is told of before it is taken: it has been when the next one comes, or when the process dies before that.
    private void TakeLastStep(ref DiskStep? last)
    {
        switch (last)
        {
            case { Act: DiskAct.Rename } step:
                if (!_asideSynced)
                {
                    _unsyncedFiles.Add(step.Path);
                }

                _asideSynced = false;
                _unsyncedNames.Add(step.Path);
                break;
            case { Act: DiskAct.Sync, Path: Disk.Aside }:
                _asideSynced = true;
                break;
            case { Act: DiskAct.Sync } step:
                _unsyncedFiles.Remove(step.Path);
                break;
            case { Act: DiskAct.SyncDirectory } step:
                foreach (var path in _unsyncedNames.Where(p => (Path.GetDirectoryName(p) ?? "") == step.Path).ToList())
                {
                    _unsyncedNames.Remove(path);
                    if (!_unsyncedFiles.Contains(path))
                    {
                        _durable[path] = File.ReadAllBytes(Path.Combine(root, path));
                    }
                }

                break;
            case { Act: DiskAct.Delete } step:
                _unsyncedFiles.RemoveWhere(p => p == step.Path || p.StartsWith(step.Path + "/", StringComparison.Ordinal));
                _unsyncedNames.RemoveWhere(p => p == step.Path || p.StartsWith(step.Path + "/", StringComparison.Ordinal));
                break;
            case { Act: DiskAct.JournalSync }:
                _journalBefore = null;
                break;
        }

        last = null;
    }

    private void Damage(string path, Random random)
    {
        var full = Path.Combine(root, path);
        switch (random.Next(4))
        {
            case 0 when _unsyncedNames.Contains(path):
                if (_durable.TryGetValue(path, out var before))
                {
                    File.WriteAllBytes(full, before);
                }
                else
                {
                    File.Delete(full);
                }

                break;
            case 1 when _unsyncedFiles.Contains(path):
                File.WriteAllBytes(full, []);
                break;
            case 2 when _unsyncedFiles.Contains(path):
                var whole = File.ReadAllBytes(full);
                whole.AsSpan(whole.Length / 2).Clear();
                File.WriteAllBytes(full, whole);
                break;
        }
    }

    private static Dictionary<string, byte[]> ReadAll(string root) => Directory.Exists(root)
        ? Directory.GetFiles(root, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal))
            .ToDictionary(f => Path.GetRelativePath(root, f), File.ReadAllBytes)
        : [];
}
