using Scanlock.Trainer.Networks;

namespace Scanlock.Trainer.Explanation;

/// <summary>
/// Maps of what in an image speaks for a class. A map shows the patient's image: it must never leave the job but as numbers about it, nor
/// the hospital.
/// </summary>
internal static class Explainer
{
    internal const string GuidedGradCam = "guided_gradcam";

    /// <param name="network">Frozen.</param>
    /// <param name="image">[1, channels, side, side].</param>
    /// <param name="of">The class.</param>
    /// <param name="method">As the spec's <c>explanation</c> says; guided Grad-CAM is the product of Grad-CAM and guided backpropagation.</param>
    /// <returns>[side, side], at least 0.</returns>
    internal static Tensor Explain(Backbone network, Tensor image, long of, string method)
    {
        using var scope = NewDisposeScope();
        var coarse = GradCam.Map(network, image, of);
        return method == GuidedGradCam
            ? coarse.mul(GuidedBackpropagation.Gradient(network, image, of).abs().sum(1)[0]).MoveToOuterDisposeScope()
            : coarse.MoveToOuterDisposeScope();
    }
}
