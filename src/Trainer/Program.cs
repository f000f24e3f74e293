using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Output;
using Scanlock.Trainer.Preparing;
using Scanlock.Trainer.Training;

const int usage = 2;

// ENOSPC. In a job these folders are memory.
const int noSpaceLeft = 28;

if (CommandLine.Parse(args) is not { } call)
{
    await Console.Error.WriteLineAsync(CommandLine.Usage);
    return usage;
}

var outcome = await RunAsync(call, CancellationToken.None);
if (outcome is not Outcome.Failed(var code, var sentence))
{
    return TrainerExit.Trained;
}

await Console.Error.WriteLineAsync($"{code}: {sentence}");
return TrainerExit.Code(code);

static async Task<Outcome?> RunAsync(CommandLine call, CancellationToken cancellationToken)
{
    var read = await TrialPlan.ReadAsync(call.Job, cancellationToken);
    if (read is not Result<TrialPlan>.Ok(var plan))
    {
        return ((Result<TrialPlan>.Refused)read).Failed;
    }

    if (call.Validate)
    {
        return null;
    }

    try
    {
        return call.Prepare is { } store
            ? await PrepareAsync(call.Data, plan, store, cancellationToken)
            : await TrainAsync(call, plan, cancellationToken);
    }
    catch (Exception e) when (Backend.IsOutOfMemory(e))
    {
        return new Outcome.Failed(JobFailures.OutOfMemory, MemoryAdvice.For(plan));
    }
    catch (IOException e) when (e.HResult == noSpaceLeft)
    {
        var what = call.Prepare is null ? "the model, the metrics or the checkpoint" : "the prepared samples";
        return new Outcome.Failed(JobFailures.OutOfMemory, $"there is no room left for {what}");
    }
}

static async Task<Outcome?> TrainAsync(CommandLine call, TrialPlan plan, CancellationToken cancellationToken)
{
    if (Backend.Missing() is { } reason)
    {
        return new Outcome.Failed(JobFailures.TrainerCrashed, reason);
    }

    if (await Start.FaultAsync(plan, call.Data, cancellationToken) is { } unfit)
    {
        return unfit;
    }

    var loaded = await Dataset.LoadAsync(call.Data, plan, cancellationToken, call.Prepared);
    if (loaded is not Result<Dataset>.Ok(var data))
    {
        return ((Result<Dataset>.Refused)loaded).Failed;
    }

    using var samples = data;
    await using var output = Console.OpenStandardOutput();
    var progress = new ProgressWriter(output, plan.Spec.Epochs, plan.Bounds.ProgressValues);
    return plan.Spec.Task == TrialSpec.Evaluate
        ? await new EvaluationTrial(plan, data).RunAsync(call, cancellationToken)
        : await new Trial(plan, data, progress).RunAsync(call, cancellationToken);
}

static async Task<Outcome?> PrepareAsync(string data, TrialPlan plan, string store, CancellationToken cancellationToken)
{
    var shards = new ShardFolder(data, plan.Threads);
    var prepared = await new PreparedStore(store).PrepareAsync(shards, PreparationParameters.Of(plan.Spec), cancellationToken);
    if (prepared is not Result<PreparationReport>.Ok(var report))
    {
        return ((Result<PreparationReport>.Refused)prepared).Failed;
    }

    await Console.Error.WriteLineAsync($"kept {report.Kept} of {report.Sentence()}");
    return null;
}
