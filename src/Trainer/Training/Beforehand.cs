using Scanlock.Trainer.Data;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Pretraining;

namespace Scanlock.Trainer.Training;

/// <summary>What was done and seen before the first step of a training; a training that goes on has it from its checkpoint.</summary>
/// <param name="PretrainingEpochs">Mean loss over each epoch of pre-training; null without.</param>
internal sealed record Beforehand(IReadOnlyList<double>? PretrainingEpochs)
{
    internal static readonly Beforehand Nothing = new(PretrainingEpochs: null);

    /// <summary>Does what the spec wants done before.</summary>
    /// <param name="network">With the weights that it starts from.</param>
    internal static Result<Beforehand> Of(
        TrialPlan plan, Compute compute, PreparedItems items, PatientSplit split, Architecture network, CancellationToken cancellationToken)
    {
        if (plan.Spec.Pretraining.Method == "none")
        {
            return new Result<Beforehand>.Ok(Nothing);
        }

        var run = new Pretrainer(plan, compute, items, split.Training).Run((Backbone)network, cancellationToken);
        return run is Result<IReadOnlyList<double>>.Ok(var losses)
            ? new Result<Beforehand>.Ok(new Beforehand(losses))
            : ((Result<IReadOnlyList<double>>.Refused)run).As<Beforehand>();
    }
}
