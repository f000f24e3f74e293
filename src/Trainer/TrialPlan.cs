using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Pretraining;

namespace Scanlock.Trainer;

/// <summary>A job that has been checked as far as it can be without data.</summary>
internal sealed record TrialPlan(TrialSpec Spec, long Seed, int Threads, string Precision, SpecBounds Bounds, Minima Minima)
{
    private const int MaxJobBytes = 1 << 20;

    internal static async Task<Result<TrialPlan>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return Bad("the job file is not there");
        }

        if (new FileInfo(path).Length > MaxJobBytes)
        {
            return Bad($"the job file has more than {MaxJobBytes} bytes");
        }

        var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
        try
        {
            return Check(Wire.Read(bytes, ContractsJson.Strict.TrainerJob));
        }
        catch (WireFormatException e)
        {
            return Bad(e.Message);
        }
    }

    /// <summary>What the gateway and run-step have checked before is checked here once more: this is the last place that can.</summary>
    internal static Result<TrialPlan> Check(TrainerJob job)
    {
        if (job.Threads is < 1 or > TrainerJob.MaxThreads)
        {
            return Bad($"threads: must be from 1 to {TrainerJob.MaxThreads}");
        }

        if (job.Precision is not (TrainerJob.Bf16 or TrainerJob.F32))
        {
            return Bad($"precision: must be {TrainerJob.Bf16} or {TrainerJob.F32}");
        }

        return TrialSpecReader.Read(job.Spec) switch
        {
            TrialSpecResult.Valid(var spec) => BatchFault(spec) is { } fault ? Bad(fault) : CheckBounds(job, spec),
            TrialSpecResult.Invalid(var problems) => Bad(Joined(problems)),
            _ => throw new InvalidOperationException("a spec is valid or not"),
        };
    }

    /// <summary>Why a batch does not fit into one buffer, or null.</summary>
    private static string? BatchFault(TrialSpec spec)
    {
        var depth = TrialNetworks.Of(spec.Network).Dimensions == 3 ? spec.Depth : 1;
        var most = Array.MaxLength / ((long)MostViews(spec) * depth * spec.ImageSize * spec.ImageSize);
        return spec.Batch <= most ? null : $"batch: {spec.Batch} is more than one buffer holds of this size; at most {most}";
    }

    /// <summary>Times that a batch shows each sample, at most.</summary>
    private static int MostViews(TrialSpec spec) => spec.Pretraining.Method == Contracts.Trials.Pretraining.Contrast ? ContrastPretext.ViewsOfEach : 1;

    private static Result<TrialPlan> CheckBounds(TrainerJob job, TrialSpec spec)
    {
        var beyond = TrialBounds.Check(spec, job.Bounds, job.Minima);
        return beyond.Count == 0
            ? new Result<TrialPlan>.Ok(new TrialPlan(spec, job.Seed, job.Threads, job.Precision, job.Bounds, job.Minima))
            : new Result<TrialPlan>.Refused(JobFailures.BelowMinima, Joined(beyond));
    }

    private static string Joined(IReadOnlyList<SpecProblem> problems) => string.Join("; ", problems.Select(p => p.ToString()));

    private static Result<TrialPlan>.Refused Bad(string sentence) => new(JobFailures.BadSpec, sentence);
}
