using Scanlock.Contracts;

namespace Scanlock.HpcAgent.Sites;

/// <summary>Where things lie in the state directory. It holds ciphertext and statements, nothing else (P2, P10).</summary>
internal sealed record SiteState(string Root)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Whole ciphertexts by digest, and partial ones; readable by all inside a root that is the owner's alone.</summary>
    public string Staged => Path.Combine(Root, "staged");

    public string Jobs => Path.Combine(Root, "jobs");

    /// <summary>Receipts of purged jobs: also how a job is known to have had its run.</summary>
    public string Receipts => Path.Combine(Root, "receipts");

    public string Logs => Path.Combine(Root, "logs");

    public string Lock => Path.Combine(Root, "lock");

    /// <summary>Held by the one job that looks for damaged ciphertexts.</summary>
    public string DamageLock => Path.Combine(Root, "damage-lock");

    /// <summary>There while everything is stopped.</summary>
    public string KillSwitch => Path.Combine(Root, "kill-switch");

    public string Job(Sha256Digest job) => Path.Combine(Jobs, job.Hex);

    public string Receipt(Sha256Digest job) => Path.Combine(Receipts, $"{job.Hex}.jws");

    public string Log(Sha256Digest job) => Path.Combine(Logs, $"{job.Hex}.log");

    /// <summary>Makes the folders that are missing, and closes the directory to all but its owner.</summary>
    public void Create()
    {
        foreach (var folder in new[] { Root, Jobs, Receipts, Logs })
        {
            Directory.CreateDirectory(folder, OwnerOnly);
        }

        if (File.GetUnixFileMode(Root) != OwnerOnly)
        {
            File.SetUnixFileMode(Root, OwnerOnly);
        }

        // A sandbox made by root runs as another account, which must be able to read what it opens.
        Directory.CreateDirectory(Staged, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }
}
