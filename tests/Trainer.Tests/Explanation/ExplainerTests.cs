using Scanlock.LibTorch;
using Scanlock.Trainer.Explanation;
using Scanlock.Trainer.Networks;

namespace Scanlock.Trainer.Tests.Explanation;

public sealed class ExplainerTests
{
    public ExplainerTests() => Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);

    [Fact]
    public void Grad_cam_is_the_closed_form()
    {
        using var scope = torch.NewDisposeScope();
        using var network = new TwoMaps();
        float[] pixels = [1, 2, -3, 4];

        var map = GradCam.Map(network, torch.tensor(pixels, [1, 1, 2, 2]), of: 1).data<float>().ToArray();
        var other = GradCam.Map(network, torch.tensor(pixels, [1, 1, 2, 2]), of: 0).data<float>().ToArray();

        // The maps are x and relu(-x); logit 1 is 3 times the mean of the first less the mean of the second, so its mean derivatives are
        // 3/4 and -1/4; logit 0 is the mean of the second.
        Assert.Equal([0.75f, 1.5f, 0, 3], map);
        Assert.Equal([0, 0, 0.75f, 0], other);
    }

    [Fact]
    public void Guided_backpropagation_lets_only_positive_gradients_through_active_rectifiers()
    {
        using var scope = torch.NewDisposeScope();
        using var network = new TwoMaps();
        float[] pixels = [1, 2, -3, 4];

        var one = GuidedBackpropagation.Gradient(network, torch.tensor(pixels, [1, 1, 2, 2]), of: 1).data<float>().ToArray();
        var zero = GuidedBackpropagation.Gradient(network, torch.tensor(pixels, [1, 1, 2, 2]), of: 0).data<float>().ToArray();

        // Through the first map 3/4 arrives everywhere; through the second, whose rectifier is active at -3, the -1/4 of logit 1 is
        // stopped, and the 1/4 of logit 0 comes back with the sign of -x.
        Assert.Equal([0.75f, 0.75f, 0.75f, 0.75f], one);
        Assert.Equal([0, 0, -0.25f, 0], zero);
    }

    [Theory]
    [InlineData("simplecnn")]
    [InlineData("resnet18")]
    [InlineData("densenet121")]
    public void With_nothing_to_gate_guided_backpropagation_is_the_gradient(string name)
    {
        using var scope = torch.NewDisposeScope();
        using var network = (Backbone)Network.Create(name);
        using var still = new FrozenNetwork(network);
        var image = torch.rand([1, 1, 32, 32]);

        var cut = GuidedBackpropagation.Gradient(network, image, of: 1, gate: arrived => arrived).data<float>().ToArray();
        var guided = GuidedBackpropagation.Gradient(network, image, of: 1).data<float>().ToArray();

        var input = image.detach().clone().requires_grad_();
        var plain = torch.autograd.grad([network.call(input).select(1, 1).sum()], [input])[0].data<float>().ToArray();
        var largest = plain.Max(Math.Abs);
        Assert.True(largest > 0);
        Assert.All(plain.Zip(cut), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * largest));
        Assert.NotEqual(plain, guided);
    }

    [Fact]
    public void Guided_grad_cam_is_the_product_of_both_and_no_map_is_negative()
    {
        using var scope = torch.NewDisposeScope();
        using var network = new TwoMaps();
        var image = torch.tensor(new float[] { 1, 2, -3, 4 }, [1, 1, 2, 2]);

        var map = Explainer.Explain(network, image, of: 0, Explainer.GuidedGradCam).data<float>().ToArray();

        Assert.Equal([0, 0, 0.75f * 0.25f, 0], map);
    }

    [Fact]
    public void After_an_explanation_networks_rectify_as_before_and_have_no_gradients()
    {
        using var scope = torch.NewDisposeScope();
        using var network = (Backbone)Network.Create("simplecnn");
        var image = torch.rand([1, 1, 16, 16]);
        using (new FrozenNetwork(network))
        {
            _ = Explainer.Explain(network, image, of: 1, Explainer.GuidedGradCam);
        }

        Assert.True(network.training);
        Assert.All(network.parameters(), parameter => Assert.Null(parameter.grad));
        var x = torch.tensor(new float[] { -1, 1 }, [2]);
        Assert.Same(x, Rectifier.Apply(x));
        Assert.Equal([0, 1], x.data<float>().ToArray());
    }

    /// <summary>Features x and relu(-x); logits are the mean of the second, and three times the mean of the first less that of the second.</summary>
    private sealed class TwoMaps() : Backbone("two maps", 0)
    {
        internal override torch.Tensor Features(torch.Tensor input) => torch.cat([input.mul(1), Rectifier.Apply(input.neg())], 1);

        internal override torch.Tensor Head(torch.Tensor features) =>
            features.mean([2, 3]).mm(torch.tensor(new float[] { 0, 3, 1, -1 }, [2, 2]));
    }
}
