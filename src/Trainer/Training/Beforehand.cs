using Scanlock.Trainer.Adversarial;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Preparing;
using Scanlock.Trainer.Pretraining;

namespace Scanlock.Trainer.Training;

/// <summary>What was done and seen before the first step of a training; a training that goes on has it from its checkpoint.</summary>
/// <param name="PretrainingEpochs">Mean loss over each epoch of pre-training; null without.</param>
/// <param name="SaliencyInLung">On the validation part, for a training against attacks; null without, and where lungs are not known.</param>
internal sealed record Beforehand(IReadOnlyList<double>? PretrainingEpochs, double? SaliencyInLung)
{
    internal static readonly Beforehand Nothing = new(PretrainingEpochs: null, SaliencyInLung: null);

    /// <summary>Does what the spec wants done before.</summary>
    /// <param name="network">With the weights that it starts from.</param>
    internal static Result<Beforehand> Of(
        TrialPlan plan, Compute compute, PreparedItems items, PatientSplit split, Architecture network, CancellationToken cancellationToken)
    {
        var before = Nothing;
        if (plan.Spec.Pretraining.Method != "none")
        {
            var run = new Pretrainer(plan, compute, items, split.Training).Run((Backbone)network, cancellationToken);
            if (run is not Result<IReadOnlyList<double>>.Ok(var losses))
            {
                return ((Result<IReadOnlyList<double>>.Refused)run).As<Beforehand>();
            }

            before = before with { PretrainingEpochs = losses };
        }

        return new Result<Beforehand>.Ok(plan.Spec.Adversarial.Share > 0
            ? before with { SaliencyInLung = Saliency.InLung(network, plan, compute, items, split.Validation) }
            : before);
    }
}
