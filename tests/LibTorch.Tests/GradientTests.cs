using Scanlock.LibTorch.Modules;
using static Scanlock.LibTorch.torch;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.LibTorch.Tests;

public sealed class GradientTests : TorchTest
{
    [Fact]
    public void Gradients_agree_with_finite_differences()
    {
        manual_seed(3);
        using var network = Sequential(("conv", Conv2d(1, 2, 3, padding: 1)), ("norm", BatchNorm2d(2)), ("pool", AdaptiveAvgPool2d(1)));
        using var head = Linear(2, 2);
        var image = empty([4, 1, 5, 5]).normal_();
        var target = tensor([0L, 1, 1, 0], [4]);
        Tensor Loss() => functional.cross_entropy(head.call(network.call(image).relu().flatten(1)), target);

        Loss().backward();

        foreach (var (name, parameter) in network.named_parameters().Concat(head.named_parameters()))
        {
            Assert.True(Math.Abs(Slope(parameter, Loss) - First(parameter.grad!)) < 2e-3, name);
        }
    }

    [Fact]
    public void Nothing_is_recorded_without_gradients_and_the_mode_comes_back()
    {
        var x = ones([1]);
        x.requires_grad = true;
        using (no_grad())
        {
            Assert.False((x * 2).requires_grad);
        }

        Assert.True(is_grad_enabled());
        (x * 3).sum().backward();
        Close([3], x.grad!);
        Assert.Null(ones([1]).grad);
    }

    [Fact]
    public void AdamW_steps_as_its_paper_says()
    {
        using var weight = new Parameter(Of([2], 1, -2));
        using var optimizer = optim.AdamW([weight], lr: 0.1, weight_decay: 0.5);
        double[] w = [1, -2], m = [0, 0], v = [0, 0];
        for (var t = 1; t <= 5; t++)
        {
            optimizer.zero_grad();
            (weight * weight).sum().backward();
            optimizer.step();
            for (var i = 0; i < 2; i++)
            {
                var g = 2 * w[i];
                m[i] = (0.9 * m[i]) + (0.1 * g);
                v[i] = (0.999 * v[i]) + (0.001 * g * g);
                w[i] = (w[i] * (1 - (0.1 * 0.5))) - (0.1 * (m[i] / (1 - Math.Pow(0.9, t))) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.999, t))) + 1e-8));
            }
        }

        Close(w, weight);
    }

    [Fact]
    public void AdamW_in_one_pass_and_by_tensor_expressions_agree()
    {
        manual_seed(2);
        using var single = new Parameter(empty([40_000]).normal_());
        using var @double = new Parameter(single.detach().to(ScalarType.Float64));
        using var one = optim.AdamW([single], lr: 0.01);
        using var other = optim.AdamW([@double], lr: 0.01);
        for (var i = 0; i < 10; i++)
        {
            one.zero_grad();
            other.zero_grad();
            (single * single).sum().backward();
            (@double * @double).sum().backward();
            one.step();
            other.step();
        }

        Close([.. @double.detach().data<double>().ToArray()], single, 1e-5);
    }

    [Fact]
    public void A_learning_rate_changed_between_steps_counts()
    {
        using var weight = new Parameter(ones([1]));
        using var optimizer = optim.AdamW([weight]);
        optimizer.ParamGroups.Single().LearningRate = 0;
        weight.sum().backward();
        optimizer.step();

        Close([1], weight);
    }

    private static double First(Tensor t) => t.flatten().narrow(0, 0, 1).ToDouble();

    private static double Slope(Parameter parameter, Func<Tensor> loss)
    {
        const double step = 1e-2;
        using var off = no_grad();
        var first = parameter.flatten().narrow(0, 0, 1);
        var here = first.ToDouble();
        first.fill_(here + step);
        var above = loss().ToDouble();
        first.fill_(here - step);
        var below = loss().ToDouble();
        first.fill_(here);
        return (above - below) / (2 * step);
    }
}
