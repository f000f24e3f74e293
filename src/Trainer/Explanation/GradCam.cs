using Scanlock.Trainer.Networks;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Explanation;

/// <summary>
/// Grad-CAM (Selvaraju et al., ICCV 2017): the network's last map of features, each channel weighed by the mean derivative of a class's
/// logit by it, summed and cut off below zero; brought to the image's size by bilinear interpolation.
/// </summary>
internal static class GradCam
{
    /// <param name="network">Frozen.</param>
    /// <param name="image">[1, channels, side, side].</param>
    /// <param name="of">The class.</param>
    /// <returns>[side, side], at least 0.</returns>
    internal static Tensor Map(Backbone network, Tensor image, long of)
    {
        using var scope = NewDisposeScope();
        var features = network.Features(image).detach().requires_grad_();
        var derivatives = autograd.grad([network.Head(features).select(1, of).sum()], [features])[0];
        var coarse = derivatives.mean([2, 3], keepdim: true).mul(features.detach()).sum(1, keepdim: true).relu();
        return functional.interpolate(coarse, image.shape[2..], mode: InterpolationMode.Bilinear)[0][0].MoveToOuterDisposeScope();
    }
}
