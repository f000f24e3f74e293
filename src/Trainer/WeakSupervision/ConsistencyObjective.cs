using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Training;
using Scanlock.Trainer.Training.Losses;

namespace Scanlock.Trainer.WeakSupervision;

/// <summary>
/// Learns to segment so that the answer moves with the image (Laradji et al., WACV 2021). To the loss of the answer, each view, mirrored
/// or turned by one to three quarter turns, adds its weight times (1) the mean squared difference between the probabilities of the image
/// and those of the view laid back, which both learn from, and (2) the loss of the view's own answer. The paper's code has the absolute
/// difference of logits for (1); that of probabilities has a bound, so that a weight means the same whatever the logits' size.
/// </summary>
/// <param name="flip">Weight of the mirrored view; 0 leaves it out.</param>
/// <param name="rotation">Weight of the turned view, likewise; how far it is turned is drawn for each batch from libtorch's generator.</param>
internal sealed class ConsistencyObjective(ILoss loss, double flip, double rotation) : IObjective
{
    /// <param name="weights">Null where the spec asks for none.</param>
    internal static ConsistencyObjective For(TrialSpec spec, ClassWeights? weights) => new(
        LearnsPoints(spec) ? new PointLoss() : Training.Losses.Loss.For(spec, weights), spec.Weak.FlipConsistency, spec.Weak.RotationConsistency);

    internal static bool LearnsPoints(TrialSpec spec) => spec.Weak.Supervision == Contracts.Trials.WeakSupervision.Points;

    public Tensor Loss(Architecture network, DeviceBatch batch)
    {
        var masks = batch.Masks ?? throw new InvalidOperationException("to segment is learnt from masks");
        var logits = network.forward(batch.Images);
        var cost = loss.Of(logits, masks);
        if (flip > 0)
        {
            cost += Of(View.Mirror) * flip;
        }

        if (rotation > 0)
        {
            cost += Of(new View(Mirrored: false, (long)randint(1, 4, [1]).ToDouble())) * rotation;
        }

        return cost;

        Tensor Of(View view)
        {
            var seen = view.Undo(network.forward(view.Of(batch.Images)));
            return (seen.sigmoid() - logits.sigmoid()).square().mean() + loss.Of(seen, masks);
        }
    }
}
