using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Evaluation;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Output;
using Scanlock.Trainer.Training.Checkpoints;
using Scanlock.Trainer.Training.Losses;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Training;

/// <summary>
/// One training: (1) split by patient and hold the permit's minima, (2) draw the network, (3) go on from a checkpoint where there is
/// one, (4) go through the epochs, (5) keep the weights that the spec wants, rounded as they will be released, (6) evaluate those,
/// (7) write model and metrics.
/// </summary>
internal sealed class Trial(TrialPlan plan, Dataset data, ProgressWriter progress)
{
    private readonly TrialSpec _spec = plan.Spec;

    internal async Task<Outcome> RunAsync(CommandLine call, CancellationToken cancellationToken)
    {
        var made = PatientSplit.For(_spec, data.Samples, plan.Seed);
        if (made is not Result<PatientSplit>.Ok(var split))
        {
            return ((Result<PatientSplit>.Refused)made).Failed;
        }

        var feed = new Loader(data.Items, split.Training, _spec, plan.Seed);
        var validation = new Loader(data.Items, split.Validation, _spec, plan.Seed);
        if (BelowMinima(split, feed) is { } refused)
        {
            return refused;
        }

        if (!Compute.TryStart(plan, out var device))
        {
            return new Outcome.Failed(JobFailures.NoDevice, "device: the spec asks for cuda and there is none here");
        }

        using var network = Network.Create(_spec.Network);
        network.to(device);
        using var state = new TrainingState(network, _spec, plan.Minima.Steps);
        var checkpoint = await Checkpoint.OfAsync(call, plan, device, cancellationToken);
        if (checkpoint is not null && await checkpoint.RestoreAsync(state, cancellationToken) is Result<int>.Refused damaged)
        {
            return damaged.Failed;
        }

        var loop = new TrainingLoop(plan, device, feed, Objective(split), Validate, checkpoint, progress);
        if (await loop.RunAsync(state, cancellationToken) is { } diverged)
        {
            return diverged;
        }

        state.KeepChosen();
        Rounding.Release(network, plan.Precision, state.Steps);
        var final = Validate();
        if (!final.AreFinite)
        {
            return new Outcome.Failed(JobFailures.Diverged, "the network's answers are not finite");
        }

        var metrics = Metrics(state, split, final);
        await ModelWriter.WriteAsync(network, plan.Precision, call.Out, cancellationToken);
        await MetricsWriter.WriteAsync(metrics, call.Out, cancellationToken);
        return new Outcome.Trained(metrics);

        Scores Validate() => Evaluator.Score(network, validation, _spec.ImageSize, device);
    }

    private Outcome.Failed? BelowMinima(PatientSplit split, Loader feed)
    {
        if (feed.StepsPerEpoch == 0)
        {
            return new Outcome.Failed(JobFailures.BadSpec, $"batch: {_spec.Batch} is more than the {split.Training.Count} training slices");
        }

        var patients = Patients(split.Training);
        if (patients < plan.Minima.Patients)
        {
            return new Outcome.Failed(
                JobFailures.BelowMinima, $"the permit asks for {plan.Minima.Patients} training patients; there are {patients}");
        }

        var steps = feed.StepsPerEpoch * _spec.Epochs;
        return steps < plan.Minima.Steps
            ? new Outcome.Failed(
                JobFailures.BelowMinima, $"epochs: the permit asks for {plan.Minima.Steps} steps; {_spec.Epochs} epochs make {steps}")
            : null;
    }

    private SupervisedObjective Objective(PatientSplit split)
    {
        var positives = split.Training.Count(s => s.Class == 1);
        var weights = _spec.ClassWeights == "none" ? null : ClassWeights.Balanced(split.Training.Count - positives, positives);
        return new SupervisedObjective(Loss.For(_spec, weights));
    }

    private TrialMetrics Metrics(TrainingState state, PatientSplit split, Scores final) => new(
        Contracts.Wire.Version, _spec.Task, _spec.Network, _spec.Label, plan.Seed, plan.Precision, __version__,
        state.Network.parameters().Sum(p => p.numel()), state.Steps, data.Unlabelled, data.Report.Counts(),
        Counts(split.Training), Counts(split.Validation), PretrainingEpochs: null, state.Epochs, state.KeptEpoch,
        final.Metrics(_spec.Bootstrap, plan.Seed), final.Scans(_spec.Bootstrap, plan.Seed), Segmentation: null, Adversarial: null, Explanation: null,
        Active: null, Withheld: []);

    private static List<ClassCount> Counts(IReadOnlyList<Sample> slices) =>
        [.. slices.GroupBy(s => s.Class).OrderBy(g => g.Key).Select(g => new ClassCount(g.Key, Patients(g), g.Count()))];

    private static int Patients(IEnumerable<Sample> slices) => slices.Select(s => s.Patient).Distinct(StringComparer.Ordinal).Count();
}
