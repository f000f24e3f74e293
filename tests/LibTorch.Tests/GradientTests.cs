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
    public void The_gradient_mode_does_not_end_on_another_thread()
    {
        using var off = no_grad();
        var other = new Thread(() => Assert.Throws<InvalidOperationException>(off.Dispose));
        other.Start();
        other.Join();

        Assert.False(is_grad_enabled());
    }

    [Fact]
    public void Derivatives_can_be_had_without_touching_gradients_and_differentiated_again()
    {
        var x = Of([2], 2, 3).requires_grad_();
        var y = (x * x * x).sum();

        var first = autograd.grad([y], [x], create_graph: true)[0];
        var second = autograd.grad([first], [x], [Of([2], 1, 10)])[0];

        Close([12, 27], first);
        Close([12, 180], second);
        Assert.Null(x.grad);
        Assert.False(x.detach().requires_grad);
    }

    [Fact]
    public void An_input_that_no_output_depends_on_is_refused_unless_allowed()
    {
        var (x, unused) = (ones([1]).requires_grad_(), ones([1]).requires_grad_());

        Assert.Throws<TorchException>(() => autograd.grad([(x * 2).sum()], [x, unused]));
        var found = autograd.grad([(x * 2).sum()], [x, unused], allow_unused: true);
        Close([2], found[0]);
        Assert.Null(found[1]);
    }

    [Fact]
    public void A_graph_kept_can_be_gone_through_twice()
    {
        var x = ones([1]).requires_grad_();
        var y = (x * x).sum();

        y.backward(retain_graph: true);
        y.backward();

        Close([4], x.grad!);
        Assert.Throws<TorchException>(y.backward);
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
