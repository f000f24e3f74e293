using Scanlock.Contracts.Intake;
using Scanlock.Processes;

namespace Scanlock.IntakeWorkers;

/// <summary>What the intake worker may see and use: the system's libraries, itself, and memory. No network, no new process, no file of the host's.</summary>
internal static class WorkerSandbox
{
    private const string Home = "/opt/intake";

    // A frame of the largest sides, of which no codec makes more than twice that.
    private const long Frame = (2L * 3 * sizeof(short) * IntakeProtocol.MaxSide * IntakeProtocol.MaxSide) + (32L << 20);

    // GDCM holds a frame twice while it decodes.
    private const long AddressSpace = 4L << 30;
    private const long ManagedHeap = 768L << 20;

    private static readonly ResourceLimits Limits = new()
    {
        AddressSpaceBytes = AddressSpace,
        CpuSeconds = 4 * 3600,
        OpenFiles = 256,
        FileBytes = Frame,
    };

    /// <summary>Throws <see cref="ProgramStartException"/> where something that the sandbox needs is not installed.</summary>
    internal static ProgramStart Worker(string assembly)
    {
        var runtime = DotnetRuntime.Current();
        var worker = runtime.Start(Path.Combine(Home, Path.GetFileName(assembly)));
        return Wrap(
            worker with
            {
                Environment = new Dictionary<string, string>(worker.Environment, StringComparer.Ordinal)
                {
                    // Without a bound the collector reserves more address space than the limit.
                    ["DOTNET_GCHeapHardLimit"] = $"0x{ManagedHeap:x}",
                },
            },
            [.. runtime.Mounts, new SandboxMount.Shown(Path.GetDirectoryName(Path.GetFullPath(assembly))!, Home)]);
    }

    /// <summary>
    /// A program in the worker's sandbox. It can write one file, for the decoder, and make none: neither the number of files nor memory outside its
    /// own address space is for what breaks into it to use up.
    /// </summary>
    internal static ProgramStart Wrap(ProgramStart program, IEnumerable<SandboxMount> mounts) => new Sandbox
    {
        Mounts = [.. mounts, new SandboxMount.MemoryFile("/tmp/frame")],
        Filter = new SystemCallFilter { AllowsNewProcesses = false, AllowsUnnamedMemory = false },
        Limits = Limits,
    }.Wrap(program);
}
