using System.Globalization;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.Processes;

namespace Scanlock.HpcAgent.KeyHolding;

/// <summary>
/// One run of the trainer, in a sandbox inside the holder's: it sees its copy, <c>/data</c> to read, <c>/out</c> to write and
/// <c>job.json</c>, its own processes and no others, and has no network. What it writes to standard error dies with it.
/// </summary>
internal sealed class TrainerRun(Prepare plan, WorkFolder work, HolderChannel channel)
{
    private const long TemporaryBytes = 256L << 20;
    private const int KilledExit = 128 + 9;
    private static readonly TimeSpan s_memoryWatch = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_stragglers = TimeSpan.FromSeconds(10);
    private readonly JobMemory _memory = new(work.Root, plan.Sandboxed);
    private bool _tookTooMuch;

    /// <summary>A code of <see cref="JobFailures"/>, or null when the trainer says it has trained.</summary>
    public async Task<string?> RunAsync(CancellationToken cancellationToken)
    {
        await using var running = RunningProgram.Start(plan.Sandboxed ? Sandbox().Wrap(Program("/trainer", "/data", "/out", "/job.json"))
            : DyingWithParent.Wrap(Program(work.Trainer, work.Data, work.Out, work.Job)));
        await running.Input.DisposeAsync();
        var watching = WatchMemoryAsync(running);
        var lines = new ProgressLines(plan.Job.Bounds.Epochs, plan.Job.Bounds.ProgressValues);
        await foreach (var line in lines.ReadAsync(running.Output, cancellationToken))
        {
            await channel.ReportAsync(new Said(line), cancellationToken);
        }

        var exit = await running.Exit;
        await watching;
        if (plan.Sandboxed && !await AreGoneAsync(cancellationToken))
        {
            return JobFailures.TrainerCrashed;
        }

        return _tookTooMuch ? JobFailures.OutOfMemory : exit switch
        {
            ProgramExit.Status(TrainerExit.Trained) => null,
            // It may have met the end of the memory between two looks at it.
            _ when _memory.IsFull => JobFailures.OutOfMemory,
            // Nothing but the system, short of memory, kills it so.
            ProgramExit.Status(KilledExit) or ProgramExit.Signal(9) => JobFailures.OutOfMemory,
            ProgramExit.Status(var code) => TrainerExit.Failure(code),
            _ => JobFailures.TrainerCrashed,
        };
    }

    private Sandbox Sandbox() => new()
    {
        Mounts =
        [
            new SandboxMount.Memory("/tmp", TemporaryBytes),
            new SandboxMount.Shown(work.Trainer, "/trainer"),
            new SandboxMount.Shown(work.Data, "/data"),
            new SandboxMount.Writable(work.Out, "/out"),
            new SandboxMount.Shown(work.Job, "/job.json"),
            .. DotnetRuntime.Current().Mounts,
            .. plan.Libraries.Select(folder => new SandboxMount.Shown(folder, folder)),
            .. plan.Devices.Select(device => new SandboxMount.Device(device, device)),
        ],
        WorkingDirectory = "/trainer",
    };

    private ProgramStart Program(string trainer, string data, string output, string job)
    {
        var program = TrainerProgram.Start(plan.Command, trainer, ["--job", job, "--data", data, "--out", output]);
        var threads = plan.Job.Threads.ToString(CultureInfo.InvariantCulture);
        return program with
        {
            WorkingDirectory = trainer,
            Environment = new Dictionary<string, string>(program.Environment, StringComparer.Ordinal)
            {
                ["PATH"] = "/usr/local/bin:/usr/bin:/bin",
                ["OMP_NUM_THREADS"] = threads,
                ["DOTNET_PROCESSOR_COUNT"] = threads,
                ["LD_LIBRARY_PATH"] = string.Join(':', plan.Libraries),
            },
        };
    }

    private async Task WatchMemoryAsync(RunningProgram running)
    {
        var most = (long)plan.MemoryMiB << 20;
        while (!running.Exit.IsCompleted)
        {
            if (_memory.UsedBytes(running.Id) > most)
            {
                _tookTooMuch = true;
                running.Kill();
                return;
            }

            await Task.WhenAny(running.Exit, Task.Delay(s_memoryWatch));
        }
    }

    /// <summary>
    /// Waits for what the trainer left running: bubblewrap can end a moment before the kernel has killed all of its namespace, and
    /// nothing may write to the output while it is looked at.
    /// </summary>
    private static async Task<bool> AreGoneAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(s_stragglers);
        while (JobMemory.Processes().Any(id => id != 1 && id != Environment.ProcessId))
        {
            if (patience.IsCancellationRequested)
            {
                return false;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), cancellationToken);
        }

        return true;
    }
}
