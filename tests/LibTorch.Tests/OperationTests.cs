using static Scanlock.LibTorch.torch;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.LibTorch.Tests;

/// <summary>Operations against values worked out by hand.</summary>
public sealed class OperationTests : TorchTest
{
    [Fact]
    public void Tensors_keep_shape_type_and_values()
    {
        var t = tensor([1f, 2, 3, 4, 5, 6], [2, 3]);

        Assert.Equal([2, 3], t.shape);
        Assert.Equal(ScalarType.Float32, t.dtype);
        Assert.Equal(DeviceType.CPU, t.device.type);
        Assert.Equal([1f, 2, 3, 4, 5, 6], t.data<float>().ToArray());
        Assert.Equal(6, t.numel());
        Assert.Equal([7L], tensor([7L], [1]).data<long>().ToArray());
    }

    [Fact]
    public void Arithmetic_cutting_and_joining_match()
    {
        var (a, b) = (Of([2, 2], 1, 2, 3, 4), Of([2, 2], 5, 6, 7, 8));

        Close([6, 8, 10, 12], a + b);
        Close([-4, -4, -4, -4], a - b);
        Close([5, 12, 21, 32], a * b);
        Close([0.2, 1 / 3.0, 3 / 7.0, 0.5], a / b);
        Close([19, 22, 43, 50], a.matmul(b));
        Close([10], a.sum());
        Close([2.5], a.mean());
        Close([2, 1, 4, 3], a.flip(1));
        Close([3, 4], a.narrow(0, 1, 1));
        Close([3, 4, 1, 2], a.index_select(0, tensor([1L, 0], [2])));
        Close([1, 2, 3, 4, 5, 6, 7, 8], cat([a, b]));
        Close([Math.E, Math.E * Math.E], Of([2], 1, 2).exp());
        Close([0, Math.Log(2)], Of([2], 1, 2).log());
        Close([1, Math.Sqrt(2)], Of([2], 1, 2).sqrt());
        Close([0, 3], Of([2], -1, 3).relu());
        Close([0.5, 1 / (1 + Math.Exp(-1))], Of([2], 0, 1).sigmoid());
        Assert.Equal([1L, 1], a.argmax(1).data<long>().ToArray());
        Assert.True(a.isfinite().all().ToBoolean());
        Assert.False((a / zeros([2, 2])).isfinite().all().ToBoolean());
    }

    [Fact]
    public void Whole_numbers_take_whole_factors()
    {
        var counter = zeros([], ScalarType.Int64);
        counter.add_(1);
        counter.add_(tensor([2L], [1]).reshape());

        Assert.Equal(3, counter.ToDouble());
        Assert.Equal(6, counter.mul(2).ToDouble());
    }

    [Fact]
    public void Convolution_matches_the_sum_by_hand()
    {
        var image = Of([1, 1, 3, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9);
        var kernel = Of([1, 1, 2, 2], 1, 0, 0, -1);

        Close([-4, -4, -4, -4], functional.conv2d(image, kernel, null, [1, 1], [0, 0], [1, 1]));
        Close([-3, -3, -3, -3], functional.conv2d(image, kernel, Of([1], 1), [1, 1], [0, 0], [1, 1]));
        Close([-1, -3, -7, -4], functional.conv2d(image, kernel, null, [2, 2], [1, 1], [1, 1]));
    }

    [Fact]
    public void Pooling_matches()
    {
        var image = Of([1, 1, 2, 4], 1, 5, 2, 0, 3, 4, 8, 6);

        Close([5, 8], MaxPool2d(2).call(image));
        Close([29 / 8.0], AdaptiveAvgPool2d(1).call(image));
    }

    [Fact]
    public void Batch_normalisation_normalises_while_training_and_uses_what_it_saw_afterwards()
    {
        using var norm = BatchNorm2d(1);
        var x = Of([4, 1, 1, 1], 1, 2, 3, 4);
        var deviation = Math.Sqrt(1.25 + 1e-5);

        Close([-1.5 / deviation, -0.5 / deviation, 0.5 / deviation, 1.5 / deviation], norm.call(x));
        Close([0.25], norm.running_mean);
        Close([0.9 + (0.1 * 5 / 3)], norm.running_var);
        Assert.Equal(1, norm.num_batches_tracked.ToDouble());

        norm.eval();
        Close([(1 - 0.25) / Math.Sqrt(0.9 + (0.1 * 5 / 3) + 1e-5)], norm.call(Of([1, 1, 1, 1], 1)));
        Assert.Equal(1, norm.num_batches_tracked.ToDouble());
    }

    [Fact]
    public void Cross_entropy_matches_with_smoothing_and_class_weights()
    {
        var logits = Of([2, 2], 1, 3, 2, 0);
        var target = tensor([1L, 1], [2]);
        double[] likely = [Math.Log(1 + Math.Exp(-2)), Math.Log(1 + Math.Exp(2))];
        double[] unlikely = [likely[0] + 2, likely[1] - 2];

        Close([(likely[0] + likely[1]) / 2], functional.cross_entropy(logits, target));
        Close(likely, functional.cross_entropy(logits, target, reduction: Reduction.None));
        Close([((0.95 * (likely[0] + likely[1])) + (0.05 * (unlikely[0] + unlikely[1]))) / 2], functional.cross_entropy(logits, target, label_smoothing: 0.1));
        Close([((1 * unlikely[0]) + (3 * likely[1])) / 4], functional.cross_entropy(logits, tensor([0L, 1], [2]), Of([2], 1, 3)));
        Close([1 / (1 + Math.Exp(2)), 1 / (1 + Math.Exp(-2)), 1 / (1 + Math.Exp(-2)), 1 / (1 + Math.Exp(2))], logits.softmax(1));
        Close([-likely[0] - 2, -likely[0]], logits.narrow(0, 0, 1).log_softmax(1));
    }

    [Fact]
    public void A_mirroring_map_mirrors_and_outside_is_zero()
    {
        var image = Of([1, 1, 2, 2], 1, 2, 3, 4);

        Close([2, 1, 4, 3], functional.grid_sample(image, functional.affine_grid(Of([1, 2, 3], -1, 0, 0, 0, 1, 0), [1, 1, 2, 2])));
        Close([2, 0, 4, 0], functional.grid_sample(image, functional.affine_grid(Of([1, 2, 3], 1, 0, 1, 0, 1, 0), [1, 1, 2, 2])));
    }

    [Fact]
    public void Bfloat16_keeps_eight_bits_rounded_to_even()
    {
        // 1 + 2^-8 lies halfway between 1 and 1 + 2^-7: to even is 1. 1 + 3 * 2^-8 goes up to 1 + 2^-6.
        Close([1, 1.015625, -3.140625], Of([3], 1.00390625f, 1.01171875f, -MathF.PI).to(ScalarType.BFloat16).to(ScalarType.Float32), 0);
        Assert.Equal([0x80, 0x3f], Of([1], 1).to(ScalarType.BFloat16).bytes.ToArray());
    }

    [Fact]
    public void The_same_seed_draws_the_same_numbers()
    {
        manual_seed(5);
        var first = empty([100]).normal_().data<float>().ToArray();
        manual_seed(5);

        Assert.Equal(first, empty([100]).normal_().data<float>().ToArray());
        Assert.NotEqual(first, empty([100]).normal_().data<float>().ToArray());
    }

    [Fact]
    public void Initial_weights_have_the_spread_of_their_rule()
    {
        manual_seed(1);
        using var conv = Conv2d(16, 64, 3);
        init.kaiming_normal_(conv.weight, mode: init.FanInOut.FanOut, nonlinearity: init.NonlinearityType.ReLU);
        var weights = conv.weight.detach().data<float>().ToArray();

        Assert.Equal(Math.Sqrt(2.0 / (64 * 9)), Math.Sqrt(weights.Average(w => w * w)), 0.002);
        Assert.All(conv.bias!.detach().data<float>().ToArray(), b => Assert.InRange(b, -1 / 12f, 1 / 12f));
    }
}
