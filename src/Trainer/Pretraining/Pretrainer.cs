using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Preparing;
using Scanlock.Trainer.Training;

namespace Scanlock.Trainer.Pretraining;

/// <summary>
/// Trains a network's features by a task without labels, on the images of the training part alone. What it does hangs on no label: every
/// slice is drawn once an epoch, however the spec samples classes later. Its steps are not steps of the training.
/// </summary>
internal sealed class Pretrainer
{
    private readonly TrialSpec _spec;
    private readonly Compute _compute;
    private readonly PreparedItems _items;
    private readonly IReadOnlyList<Sample> _samples;
    private readonly long _seed;
    private readonly int _threads;

    internal Pretrainer(TrialPlan plan, Compute compute, PreparedItems items, IReadOnlyList<Sample> training)
    {
        _spec = plan.Spec with { Sampling = "shuffled", LearningRate = plan.Spec.Pretraining.LearningRate };
        _seed = new DeterministicRandom(plan.Seed, RandomStreams.Pretraining).NextLong();
        (_compute, _items, _samples, _threads) = (compute, items, training, plan.Threads);
    }

    /// <summary>The mean loss of each epoch.</summary>
    internal Result<IReadOnlyList<double>> Run(Backbone network, CancellationToken cancellationToken)
    {
        var steps = (long)(_samples.Count / _spec.Batch) * _spec.Pretraining.Epochs;
        if (steps > int.MaxValue)
        {
            return new Result<IReadOnlyList<double>>.Refused(
                JobFailures.BadSpec, $"pretraining.epochs: {_spec.Pretraining.Epochs} epochs make {steps} steps, more than are counted; try fewer, or a larger batch");
        }

        Seed(RandomStreams.PretrainingHeads);
        using var pretext = Pretext(network);
        var feed = new Loader(_items, _samples, _spec, _seed, views: pretext.Views, threads: _threads);
        using var optimizer = Optimizers.For(_spec, pretext.Learner);
        var schedule = Schedule.Cosine(_spec.LearningRate, (int)steps);
        var losses = new List<double>();
        for (var epoch = 1; epoch <= _spec.Pretraining.Epochs; epoch++)
        {
            Seed(RandomStreams.FirstEpochGenerator + (ulong)epoch);
            losses.Add(Epoch(epoch));
            if (!double.IsFinite(losses[^1]))
            {
                return new Result<IReadOnlyList<double>>.Refused(
                    JobFailures.Diverged, "pretraining.learning_rate: the loss is no longer finite; a smaller one may help");
            }
        }

        return new Result<IReadOnlyList<double>>.Ok(losses);

        double Epoch(int epoch)
        {
            using var scope = NewDisposeScope();
            var sum = zeros([], device: _compute.Device);
            var step = (epoch - 1) * feed.StepsPerEpoch;
            foreach (var batch in feed.Epoch(epoch))
            {
                cancellationToken.ThrowIfCancellationRequested();
                optimizer.ParamGroups.Single().LearningRate = schedule.At(step++);
                Step(pretext, optimizer, batch, sum);
            }

            return sum.ToDouble() / feed.StepsPerEpoch;
        }
    }

    private void Step(IPretext pretext, optim.Optimizer optimizer, Batch batch, Tensor sum)
    {
        using var scope = NewDisposeScope();
        var samples = tensor([.. batch.Samples.Select(s => (long)s.Item)], [batch.Count]).to(_compute.Device);
        var loss = Loss(pretext, NetworkInput.Images(batch.Pixels, pretext.Views * batch.Count, _spec, _compute.Device), samples);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        sum.add_(loss.detach());
    }

    private Tensor Loss(IPretext pretext, Tensor images, Tensor samples)
    {
        using var precision = _compute.InTrainingPrecision();
        return pretext.Loss(images, samples);
    }

    private IPretext Pretext(Backbone network)
    {
        long[] shape = [1, _spec.Channels, _spec.ImageSize, _spec.ImageSize];
        return _spec.Pretraining.Method switch
        {
            Contracts.Trials.Pretraining.Rotation => new RotationPretext(network, shape, _compute.Device),
            Contracts.Trials.Pretraining.Contrast => new ContrastPretext(network, Another(), shape, _spec.Pretraining, _compute.Device),
            _ => throw new InvalidOperationException($"no pre-training '{_spec.Pretraining.Method}'"),
        };
    }

    private Backbone Another() => (Backbone)Network.Create(
        _spec.Network, _spec.Channels, TrialNetworks.Of(_spec.Network).UsualOutputs, _spec.Dropout);

    private void Seed(ulong stream) => manual_seed(new DeterministicRandom(_seed, stream).NextLong());
}
