using static Scanlock.LibTorch.torch;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.LibTorch.Tests;

/// <summary>Losses, resizing and pooling, against values worked out by hand.</summary>
public sealed class LossTests : TorchTest
{
    [Fact]
    public void Binary_cross_entropy_of_logits_matches_with_weights()
    {
        var (x, y) = (Of([3], -1, 0, 2), Of([3], 0, 1, 1));
        double[] losses = [Math.Log(1 + Math.Exp(-1)), Math.Log(2), Math.Log(1 + Math.Exp(-2))];

        Close([losses.Average()], functional.binary_cross_entropy_with_logits(x, y));
        Close(losses, functional.binary_cross_entropy_with_logits(x, y, reduction: Reduction.None));
        Close([2 * losses[0], 0, losses[2]], functional.binary_cross_entropy_with_logits(x, y, Of([3], 2, 0, 1), Reduction.None));
        Close([losses[0] + (3 * (losses[1] + losses[2]))],
            functional.binary_cross_entropy_with_logits(x, y, reduction: Reduction.Sum, pos_weights: Of([1], 3)));
    }

    [Fact]
    public void Squared_error_and_negative_log_likelihood_match()
    {
        Close([2.5], functional.mse_loss(Of([2], 1, 2), Of([2], 2, 4)));
        Close([5], functional.mse_loss(Of([2], 1, 2), Of([2], 2, 4), Reduction.Sum));
        var likelihoods = Of([2, 2], -1, -2, -3, -4);
        Close([2.5], functional.nll_loss(likelihoods, tensor([0L, 1], [2])));
        Close([(1 + (3 * 4)) / 4.0], functional.nll_loss(likelihoods, tensor([0L, 1], [2]), Of([2], 1, 3)));
        Close([4], functional.nll_loss(likelihoods, tensor([-100L, 1], [2])));
    }

    [Fact]
    public void Images_are_resized_by_size_and_by_factor()
    {
        var image = Of([1, 1, 1, 2], 0, 4);

        Close([0, 0, 4, 4], functional.interpolate(image, [1, 4]));
        Close([0, 0, 4, 4, 0, 0, 4, 4], functional.interpolate(image, scale_factor: [2, 2]));
        Close([0, 1, 3, 4], functional.interpolate(image, [1, 4], mode: InterpolationMode.Bilinear));
        Close([0, 4 / 3.0, 8 / 3.0, 4], functional.interpolate(image, [1, 4], mode: InterpolationMode.Bilinear, align_corners: true));
        Close([0, 1, 3, 4], functional.interpolate(image.unsqueeze(2), [1, 1, 4], mode: InterpolationMode.Trilinear));
        Close([0, 0, 4, 4], functional.interpolate(image.unsqueeze(2), [1, 1, 4]));
        Close([0, 1, 3, 4], functional.interpolate(image.squeeze(2), [4], mode: InterpolationMode.Linear));
        Assert.Throws<ArgumentException>(() => functional.interpolate(image, [4]));
        Assert.Throws<ArgumentException>(() => functional.interpolate(image, [1, 4], [1, 2]));
        Assert.Throws<ArgumentException>(() => functional.interpolate(image, [1, 4], mode: InterpolationMode.Trilinear));
    }

    [Fact]
    public void Pooling_dilates_and_averages_planes_and_volumes()
    {
        var point = zeros([1, 1, 5, 5]);
        point.select(2, 2).select(2, 2).fill_(1);

        Close([9], functional.max_pool2d(point, 3, stride: 1, padding: 1).sum());
        Close([27], functional.max_pool3d(stack([zeros_like(point), point, zeros_like(point)], 2), 3, stride: 1, padding: 1).sum());
        Close([2.5], functional.avg_pool2d(Of([1, 1, 2, 2], 1, 2, 3, 4), 2));
        Close([4.5], functional.avg_pool3d(arange(1, 9).reshape(1, 1, 2, 2, 2), 2));
    }
}
