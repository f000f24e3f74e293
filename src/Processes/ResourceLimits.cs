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
        return start with { File = prlimit, Arguments = [$"--core={CoreBytes}", .. Options(), "--", start.File, .. start.Arguments] };
    }

    // Under 0 the kernel still feeds a core_pattern that is a pipe (core(5)), and such a handler writes to a disk; under 1 it does not.
    // Where an admin has already set 0 for good, it cannot be raised.
    private static string CoreBytes => File.ReadLines("/proc/self/limits")
        .Where(line => line.StartsWith("Max core file size", StringComparison.Ordinal))
        .Any(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [.., "0", "bytes"]) ? "0" : "1";

    private IEnumerable<string> Options() =>
        from limit in new (string Name, long? Value)[]
        {
            ("as", AddressSpaceBytes), ("cpu", CpuSeconds), ("nofile", OpenFiles), ("fsize", FileBytes),
        }
        where limit.Value is not null
        select $"--{limit.Name}={limit.Value}:{limit.Value}";
}
