using static Scanlock.LibTorch.torch;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.LibTorch.Tests;

/// <summary>Layers against values worked out by hand.</summary>
public sealed class LayerTests : TorchTest
{
    [Fact]
    public void A_kernel_may_be_wider_than_high()
    {
        using var conv = Conv2d(1, 1, (1, 3), stride: (2, 1), padding: (0, 1), bias: false);
        Set(conv.weight, 1, 10, 100);

        Close([210, 321, 32, 870, 987, 98], conv.call(Of([1, 1, 3, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9)));
    }

    [Fact]
    public void Convolution_over_volumes_matches_the_sum_by_hand()
    {
        var volume = Of([1, 1, 2, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8);
        using var whole = Conv3d(1, 1, 2, bias: false);
        Set(whole.weight, 1, 0, 0, 0, 0, 0, 0, -1);
        using var deep = Conv3d(1, 1, (2, 1, 1), bias: false);
        Set(deep.weight, 1, 1);

        Close([-7], whole.call(volume));
        Close([6, 8, 10, 12], deep.call(volume));
        Close([4.5], functional.adaptive_avg_pool3d(volume, [1, 1, 1]));
        Assert.Throws<ArgumentException>(() => functional.conv3d(volume, deep.weight, null, [1, 1], [0, 0, 0], [1, 1, 1]));
    }

    [Fact]
    public void A_transposed_convolution_lays_its_kernel_down_once_for_each_place()
    {
        using var flat = ConvTranspose2d(1, 1, 2, stride: 2, bias: false);
        Set(flat.weight, 1, 0, 0, 2);
        using var deep = ConvTranspose3d(1, 2, 2, stride: 2);
        Set(deep.weight, [.. Enumerable.Repeat(1f, 8), .. Enumerable.Repeat(3f, 8)]);
        Set(deep.bias!, 0, 1);

        Close([1, 0, 2, 0, 0, 2, 0, 4, 3, 0, 4, 0, 0, 6, 0, 8], flat.call(Of([1, 1, 2, 2], 1, 2, 3, 4)));
        Close([.. Enumerable.Repeat(5.0, 8), .. Enumerable.Repeat(16.0, 8)], deep.call(Of([1, 1, 1, 1, 1], 5)));
        Assert.Equal([1, 2, 2, 2, 2], deep.weight.shape);
    }

    [Fact]
    public void Activations_match_their_formulas_and_change_their_input_only_in_place()
    {
        float[] at = [-4, -1, 0, 2, 5];
        double[] silu = [.. at.Select(x => x / (1 + Math.Exp(-x)))];
        double[] gate = [.. at.Select(x => Math.Clamp(x + 3, 0, 6) / 6.0)];
        var x = Of([5], at);

        Close(silu, functional.silu(x));
        Close(gate, functional.hardsigmoid(x));
        Close([.. at.Zip(gate, (a, g) => a * g)], functional.hardswish(x));
        Close([0, 0, 0, 2, 5], ReLU().call(x));
        Close([.. at], x);

        var changed = Of([5], at);
        Close(silu, SiLU(inplace: true).call(changed));
        Close(silu, changed);
        changed = Of([5], at);
        Hardswish(inplace: true).call(changed);
        Close([.. at.Zip(gate, (a, g) => a * g)], changed);
        changed = Of([5], at);
        functional.hardsigmoid(changed, inplace: true);
        Close(gate, changed);
    }

    [Fact]
    public void Padding_adds_at_the_ends_and_a_negative_one_cuts()
    {
        var x = Of([1, 1, 2, 2], 1, 2, 3, 4);

        Close([1, 2, 9, 3, 4, 9, 9, 9, 9], functional.pad(x, [0, 1, 0, 1], 9));
        Close([1, 3], functional.pad(x, [0, -1]));
    }

    [Fact]
    public void Dropout_keeps_the_mean_and_rests_outside_of_training()
    {
        manual_seed(4);
        var dropped = functional.dropout(ones([10_000]), 0.75).data<float>().ToArray();

        Assert.All(dropped, value => Assert.True(value is 0 or 4));
        Assert.Equal(1, dropped.Average(), 0.1);
        Close([1, 1], functional.dropout(ones([2]), 0.75, training: false));
    }

    [Fact]
    public void Batch_normalisation_of_volumes_reckons_over_all_but_channels()
    {
        using var norm = BatchNorm3d(1, eps: 0);

        Close([-1, 1, -1, 1], norm.call(Of([1, 1, 2, 1, 2], 1, 3, 1, 3)));
        Close([0.2], norm.running_mean);
    }

    [Fact]
    public void A_sequence_keeps_nothing_of_what_its_modules_hand_on()
    {
        using var layers = Sequential(("0", Conv2d(1, 2, 3)), ("1", ReLU(inplace: true)), ("2", MaxPool2d(2)), ("3", AdaptiveAvgPool2d(1)));
        using var off = no_grad();
        var x = ones([1, 1, 8, 8]);
        var before = Tensor.TotalCount;

        layers.call(x);

        Assert.Equal(before + 1, Tensor.TotalCount);
        Close([.. Enumerable.Repeat(1.0, 64)], x);
    }

    private static void Set(Tensor parameter, params float[] values)
    {
        using var off = no_grad();
        parameter.copy_(tensor(values, parameter.shape));
    }
}
