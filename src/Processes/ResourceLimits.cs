namespace Scanlock.Processes;

/// <summary>
/// What a program and each process it starts may take (setrlimit(2)), set by util-linux's prlimit before it starts; null leaves a limit
/// as it is. Core dumps are always off: they would put memory on a disk.
/// </summary>
public sealed record ResourceLimits
{
    /// <summary>Bytes of address space. A .NET program needs DOTNET_GCHeapHardLimit with it, or it reserves 256 GiB and fails.</summary>
    public long? AddressSpaceBytes { get; init; }

    public long? CpuSeconds { get; init; }

    public long? OpenFiles { get; init; }

    /// <summary>Bytes of any one file it writes.</summary>
    public long? FileBytes { get; init; }

    /// <summary>The same program under these limits. Throws <see cref="ProgramStartException"/> where prlimit is not installed.</summary>
    public ProgramStart Apply(ProgramStart start)
    {
        var prlimit = Programs.Find("prlimit") ?? throw new ProgramStartException("prlimit is not installed (Debian: util-linux)");
        return start with { File = prlimit, Arguments = ["--core=0", .. Options(), "--", start.File, .. start.Arguments] };
    }

    private IEnumerable<string> Options() =>
        from limit in new (string Name, long? Value)[]
        {
            ("as", AddressSpaceBytes), ("cpu", CpuSeconds), ("nofile", OpenFiles), ("fsize", FileBytes),
        }
        where limit.Value is not null
        select $"--{limit.Name}={limit.Value}:{limit.Value}";
}
