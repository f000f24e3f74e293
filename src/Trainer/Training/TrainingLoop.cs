using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Output;
using Scanlock.Trainer.Training.Checkpoints;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Training;

/// <summary>
/// Goes through the epochs: each changes the weights by every batch, is evaluated on the validation part, saved where there is a
/// checkpoint, and only then said.
/// </summary>
internal sealed class TrainingLoop(
    TrialPlan plan, Compute compute, Loader feed, IObjective objective, Validation validation, Checkpoint? checkpoint, ProgressWriter progress)
{
    private readonly TrialSpec _spec = plan.Spec;
    private readonly Schedule _schedule = Schedule.For(plan.Spec, feed.StepsPerEpoch);

    /// <summary>Null when the training is over as it should be.</summary>
    internal async Task<Outcome.Failed?> RunAsync(TrainingState state, CancellationToken cancellationToken)
    {
        while (!state.IsOver)
        {
            if (!TryEpoch(state, cancellationToken))
            {
                return new Outcome.Failed(JobFailures.Diverged, "learning_rate: the loss is no longer finite; a smaller one may help");
            }

            if (checkpoint is not null)
            {
                await checkpoint.SaveAsync(state, cancellationToken);
            }

            progress.Say(state.Epochs[^1], isLast: state.IsOver);
        }

        return null;
    }

    /// <summary>False when the training diverged.</summary>
    private bool TryEpoch(TrainingState state, CancellationToken cancellationToken)
    {
        var epoch = state.Epochs.Count + 1;
        manual_seed(new DeterministicRandom(plan.Seed, RandomStreams.FirstEpochGenerator + (ulong)epoch).NextLong());
        var loss = Train(state, epoch, cancellationToken);
        if (!double.IsFinite(loss))
        {
            return false;
        }

        using var shown = state.ShowEvaluated();
        var evaluation = validation.Of(state.Network);
        if (!evaluation.IsFinite)
        {
            return false;
        }

        state.Add(evaluation.Epoch(epoch, state.Steps + feed.StepsPerEpoch, loss));
        return true;
    }

    /// <summary>The mean loss.</summary>
    private double Train(TrainingState state, int epoch, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var sum = zeros([], device: compute.Device);
        var step = state.Steps;
        foreach (var batch in feed.Epoch(epoch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Step(state, batch, step++, sum);
        }

        // Asked for once an epoch: each question makes a GPU wait.
        return sum.ToDouble() / feed.StepsPerEpoch;
    }

    private void Step(TrainingState state, Batch batch, int step, Tensor sum)
    {
        using var scope = NewDisposeScope();
        var loss = Loss(state.Network, batch);
        state.Optimizer.ParamGroups.Single().LearningRate = _schedule.At(step);
        state.Optimizer.zero_grad();
        loss.backward();
        if (_spec.GradientClip > 0)
        {
            nn.utils.clip_grad_norm_(state.Network.parameters(), _spec.GradientClip);
        }

        state.Optimizer.step();
        state.Average?.Step(state.Network, step + 1);
        sum.add_(loss.detach());
    }

    private Tensor Loss(Architecture network, Batch batch)
    {
        var input = NetworkInput.From(batch, _spec, compute.Device);
        using var precision = compute.InTrainingPrecision();
        return objective.Loss(network, input);
    }
}
