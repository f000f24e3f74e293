using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer.ActiveLearning;
using Scanlock.Trainer.Adversarial;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Explanation;
using Scanlock.Trainer.Output;
using Scanlock.Trainer.Training.Checkpoints;
using Scanlock.Trainer.Training.Losses;
using Scanlock.Trainer.WeakSupervision;

namespace Scanlock.Trainer.Training;

/// <summary>
/// One training: (1) split by patient and hold the permit's minima, (2) draw the network, or start it from the weights that the spec
/// names, (3) go on from a checkpoint where there is one, or else pre-train where the spec says so, (4) go through the epochs, (5) keep the
/// weights that the spec wants, rounded as they will be released, (6) evaluate those, (7) write model and metrics.
/// </summary>
internal sealed class Trial(TrialPlan plan, Dataset data, ProgressWriter progress)
{
    private readonly TrialSpec _spec = plan.Spec;

    /// <summary>What is learnt from besides pixels and classes.</summary>
    private BatchParts Parts => !Segments ? BatchParts.None
        : ConsistencyObjective.LearnsPoints(_spec) ? BatchParts.Masks | BatchParts.Points : BatchParts.Masks;

    private bool Segments => TrialNetworks.Of(_spec.Network).Task == TrialSpec.Segment;

    internal async Task<Outcome> RunAsync(CommandLine call, CancellationToken cancellationToken)
    {
        var made = PatientSplit.For(_spec, data.Samples, plan.Seed);
        if (made is not Result<PatientSplit>.Ok(var split))
        {
            return ((Result<PatientSplit>.Refused)made).Failed;
        }

        var feed = new Loader(data.Items, split.Training, _spec, plan.Seed, Parts, threads: plan.Threads);
        if (BelowMinima(split, feed) is { } refused)
        {
            return refused;
        }

        var start = await Start.OfAsync(plan, call.Data, cancellationToken);
        if (start is not Result<Start>.Ok(var (compute, network)))
        {
            return ((Result<Start>.Refused)start).Failed;
        }

        using var owned = network;
        var checkpoint = await Checkpoint.OfAsync(call, plan, compute.Device, cancellationToken);
        var begun = checkpoint is { Exists: true }
            ? new Result<Beforehand>.Ok(Beforehand.Nothing)
            : Beforehand.Of(plan, compute, data.Items, split, network, cancellationToken);
        if (begun is not Result<Beforehand>.Ok(var before))
        {
            return ((Result<Beforehand>.Refused)begun).Failed;
        }

        using var state = new TrainingState(network, _spec, EpochMeasures.For(_spec, split.Validation), plan.Minima.Steps) { Before = before };
        if (checkpoint is not null && await checkpoint.RestoreAsync(state, cancellationToken) is Result<int>.Refused damaged)
        {
            return damaged.Failed;
        }

        var validation = new Validation(plan, data.Items, split.Validation, compute);
        var plain = Objective(split);
        IObjective objective = _spec.Adversarial.Share > 0 ? new AdversarialObjective(plain, _spec.Adversarial) : plain;
        var loop = new TrainingLoop(plan, compute, feed, objective, validation, checkpoint, progress);
        if (await loop.RunAsync(state, cancellationToken) is { } diverged)
        {
            return diverged;
        }

        state.KeepChosen();
        Rounding.Release(network, plan.Precision, state.Steps);
        var report = new TrialReport(plan, data).OfTraining(state, split) with
        {
            Adversarial = new Robustness(plan, compute, data.Items, split.Validation, plain).Of(network, state.Before.SaliencyInLung),
            Explanation = new Explanations(plan, compute, data.Items).Of(network, split.Validation),
            Active = RegionScores.Of(plan, data, split.Validation, network, compute.Device),
        };
        return await Release.WriteAsync(network, plan, validation.Of(network), report, call.Out, cancellationToken);
    }

    private Outcome.Failed? BelowMinima(PatientSplit split, Loader feed)
    {
        if (feed.StepsPerEpoch == 0)
        {
            return new Outcome.Failed(JobFailures.BadSpec, $"batch: {_spec.Batch} is more than the {split.Training.Count} training slices");
        }

        if (TrialReport.TooFewPatients(split.Training, plan.Minima, "training") is { } tooFew)
        {
            return tooFew;
        }

        if (Segments && split.Training.All(s => s.Class == 0))
        {
            return new Outcome.Failed(JobFailures.OneClass, "no training slice has a lesion; there is nothing to learn to segment");
        }

        if (_spec.ClassWeights != "none" && Counts(split.Training) is { Negatives: 0 } or { Positives: 0 })
        {
            return new Outcome.Failed(JobFailures.OneClass, "class_weights: the training part has one class only; there is nothing to weigh it against");
        }

        var steps = (long)feed.StepsPerEpoch * _spec.Epochs;
        if (steps > int.MaxValue)
        {
            return new Outcome.Failed(JobFailures.BadSpec, $"epochs: {_spec.Epochs} epochs make {steps} steps, more than are counted; try fewer, or a larger batch");
        }

        return steps < plan.Minima.Steps
            ? new Outcome.Failed(
                JobFailures.BelowMinima, $"epochs: the permit asks for {plan.Minima.Steps} steps; {_spec.Epochs} epochs make {steps}")
            : null;
    }

    private IObjective Objective(PatientSplit split)
    {
        var (negatives, positives) = Counts(split.Training);
        var weights = _spec.ClassWeights == "none" ? null : ClassWeights.Balanced(negatives, positives);
        return Segments ? ConsistencyObjective.For(_spec, weights) : new SupervisedObjective(Loss.For(_spec, weights));
    }

    /// <summary>How often each class comes: in pixels where masks are learnt, or else in samples.</summary>
    private (double Negatives, double Positives) Counts(IReadOnlyList<Sample> samples)
    {
        var (all, positives) = Segments
            ? ((double)samples.Count * data.Items.Layout.Pixels, samples.Sum(s => (double)data.Items.Items[s.Item].Marked!.Value))
            : (samples.Count, samples.Count(s => s.Class == 1));
        return (all - positives, positives);
    }
}
