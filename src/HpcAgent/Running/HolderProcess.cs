using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.Contracts;
using Scanlock.HpcAgent.KeyHolding;
using Scanlock.HpcAgent.Sites;
using Scanlock.Processes;

namespace Scanlock.HpcAgent.Running;

/// <summary>The key holder as run-step sees it: a process in a sandbox, spoken to in frames, killed with everything in it.</summary>
internal sealed class HolderProcess : IAsyncDisposable
{
    private const string WeightsShown = "/weights.safetensors";
    private const long TemporaryBytes = 64L << 20;
    private readonly RunningProgram _program;
    private readonly string? _memoryFolder;

    private HolderProcess(RunningProgram program, string? memoryFolder) => (_program, _memoryFolder) = (program, memoryFolder);

    public Task<ProgramExit> Exit => _program.Exit;

    /// <summary>What it wrote to standard error; may hold anything once it has opened data, and then goes nowhere.</summary>
    public string ErrorTail => _program.ErrorTail;

    /// <exception cref="ProgramStartException">The system refuses.</exception>
    public static async Task<HolderProcess> StartAsync(AdmittedJob job, Site site, CancellationToken cancellationToken)
    {
        var sandboxed = job.Isolation != IsolationWays.None;
        var memoryFolder = sandboxed ? null : MemoryFolder(job.Job.Digest);
        if (memoryFolder is not null)
        {
            Directory.CreateDirectory(memoryFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var program = sandboxed ? Sandboxed(job, site) : DyingWithParent.Wrap(AgentProgram.Start("key-holder"));
        var holder = new HolderProcess(RunningProgram.Start(program), memoryFolder);
        await holder.OrderAsync(PlanOf(job, site, memoryFolder), cancellationToken);
        return holder;
    }

    /// <summary>Where an unsandboxed job works: in memory, but in sight of the account's other processes.</summary>
    public static string MemoryFolder(Sha256Digest job) => $"/dev/shm/scanlock-{job.Hex}";

    public async Task OrderAsync(HolderOrder order, CancellationToken cancellationToken)
    {
        try
        {
            await AgentFrames.WriteAsync(_program.Input, order, HolderJson.Default.HolderOrder, default, cancellationToken);
        }
        catch (IOException)
        {
            // It has ended; reading says so, and how.
        }
    }

    /// <summary>The next report with its body; null when the holder is gone.</summary>
    public async Task<(HolderReport Report, byte[] Body)?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await AgentFrames.ReadAsync(_program.Output, HolderJson.Default.HolderReport, cancellationToken) is { } report
                ? (report, await AgentFrames.ReadBodyAsync(_program.Output, report.Body, cancellationToken))
                : null;
        }
        catch (WireFormatException)
        {
            // Killed in the middle of a frame, or no holder any more: nothing of it is believed.
            return null;
        }
    }

    private static ProgramStart Sandboxed(AdmittedJob job, Site site)
    {
        var runtime = DotnetRuntime.Current();
        var sandbox = new Sandbox
        {
            Mounts =
            [
                new SandboxMount.Memory("/tmp", TemporaryBytes),
                new SandboxMount.Memory("/work", (long)job.Job.Value.Resources.MemoryMiB << 20),
                new SandboxMount.Shown(site.State.Staged, "/staged"),
                new SandboxMount.Shown(job.Trainer.Folder, "/installed"),
                new SandboxMount.Shown(AgentProgram.Folder, "/agent"),
                .. job.Weights is { } weights ? [new SandboxMount.Shown(weights, WeightsShown)] : Array.Empty<SandboxMount>(),
                .. runtime.Mounts,
                .. job.Trainer.Libraries.Select(folder => new SandboxMount.Shown(folder, folder)),
                .. GraphicsDevices.Take(job.Job.Value.Resources.Gpus).Select(device => new SandboxMount.Device(device, device)),
            ],
            WorkingDirectory = "/work",
            Filter = new() { AllowsNamespaces = true },
            InsteadOfRoot = RootStage.AccountOf(job.Job.Digest),
        };
        var program = runtime.Start($"/agent/{AgentProgram.Assembly}", "key-holder");
        return Environment.IsPrivilegedProcess ? RootStage.Wrap(sandbox, program) : sandbox.Wrap(program);
    }

    private static Prepare PlanOf(AdmittedJob job, Site site, string? memoryFolder)
    {
        var (permit, value, manifest) = (job.Permit.Value, job.Job.Value, job.Manifest);
        return new(
            memoryFolder ?? "/work",
            memoryFolder is null ? "/staged" : site.State.Staged,
            memoryFolder is null ? "/installed" : job.Trainer.Folder,
            job.Trainer.Command,
            job.Trainer.Libraries,
            job.Weights is null || memoryFolder is not null ? job.Weights : WeightsShown,
            memoryFolder is null,
            [.. manifest.Parts()],
            manifest.Labels.Id,
            new TrainerJob(Wire.Version, value.Spec, value.Seed, value.Resources.Cpus, permit.Egress.Precision, permit.Bounds, permit.Minima),
            permit.SealingKey,
            permit.Egress.MaxBytes,
            value.Resources.MemoryMiB,
            GraphicsDevices.Take(value.Resources.Gpus));
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        if (_memoryFolder is not null && Directory.Exists(_memoryFolder))
        {
            Directory.Delete(_memoryFolder, recursive: true);
        }
    }
}
