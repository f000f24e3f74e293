using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Training;

namespace Scanlock.Trainer.Adversarial;

/// <summary>
/// The worst images near a batch's, by projected gradient descent (Madry et al., ICLR 2018): from a random start, steps along the sign of
/// the gradient of what a training makes small, so that it grows, each brought back to within epsilon of the image and into its range.
/// The network answers as in evaluation meanwhile, so that no running statistics ever see images that were merely tried.
/// </summary>
/// <param name="objective">What the attack makes large.</param>
internal sealed class ProjectedGradientDescent(IObjective objective, AdversarialTraining by)
{
    /// <summary>The network's input runs from -1 to 1, so a share of the window is twice as much.</summary>
    private const double Range = 2;

    private readonly double _epsilon = Range * by.Epsilon;
    private readonly double _stepSize = Range * by.StepSize;

    /// <summary>Draws the start from libtorch's generator.</summary>
    internal DeviceBatch Attacked(Architecture network, DeviceBatch batch)
    {
        using var scope = NewDisposeScope();
        using var still = new FrozenNetwork(network);
        var least = batch.Images.sub(_epsilon).clamp_(min: -1);
        var most = batch.Images.add(_epsilon).clamp_(max: 1);
        var images = batch.Images.add(empty_like(batch.Images).uniform_(-_epsilon, _epsilon)).maximum(least).minimum(most);
        for (var step = 0; step < by.Steps; step++)
        {
            using var inner = NewDisposeScope();
            images = images.add(Direction(network, batch, images) * _stepSize).maximum(least).minimum(most).MoveToOuterDisposeScope();
        }

        return batch with { Images = images.MoveToOuterDisposeScope() };
    }

    /// <summary>-1 or 1 for each pixel: where it has to go for the cost to grow.</summary>
    private Tensor Direction(Architecture network, DeviceBatch batch, Tensor images)
    {
        var tried = images.detach().requires_grad_();
        return autograd.grad([objective.Loss(network, batch with { Images = tried })], [tried])[0].sign();
    }
}
