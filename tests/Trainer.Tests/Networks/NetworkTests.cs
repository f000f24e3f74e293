using Scanlock.Contracts.Trials;
using Scanlock.LibTorch;
using Scanlock.Trainer.Networks;
using static Scanlock.LibTorch.torch;

namespace Scanlock.Trainer.Tests.Networks;

[Collection(AloneWithLibtorch.Name)]
public sealed class NetworkTests : IDisposable
{
    private readonly DisposeScope? _scope;

    public NetworkTests()
    {
        Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);
        _scope = NewDisposeScope();
    }

    public void Dispose() => _scope?.Dispose();

    [Theory]
    [InlineData("vgg11")]
    [InlineData("fcn8_vgg16")]
    public void The_widest_networks_have_as_many_parameters_as_described(string name)
    {
        using var network = Network.Create(name);

        Assert.Equal(TrialNetworks.Parameters(name), network.parameters().Sum(p => p.numel()));
    }

    [Theory]
    [InlineData("densenet121")]
    [InlineData("efficientnet_b0")]
    [InlineData("inception_v3")]
    [InlineData("mobilenet_v3_small")]
    [InlineData("resnet18")]
    [InlineData("resnet50")]
    [InlineData("resnet3d_18")]
    [InlineData("simplecnn")]
    [InlineData("vgg11")]
    public void A_classifier_answers_by_way_of_its_features_and_gradients_reach_them(string name)
    {
        var described = TrialNetworks.Of(name);
        using var network = (Backbone?)Vgg.Create(name, 1, 2, 0.5, hidden: 16) ?? (Backbone)Network.Create(name);
        network.eval();
        var side = described.LeastSide;
        var x = empty(described.Dimensions == 3 ? [1, 1, 8, side, side] : [1, 1, side, side]).normal_();
        var logits = network.call(x).detach().data<float>().ToArray();
        var features = network.Features(x).detach();
        var before = features.data<float>().ToArray();
        features.requires_grad = true;

        var answers = network.Head(features);
        answers.sum().backward();

        Assert.Equal(logits, answers.detach().data<float>().ToArray());
        Assert.Equal(before, features.detach().data<float>().ToArray());
        Assert.Equal(described.Dimensions + 2, features.dim());
        Assert.True(features.grad!.abs().sum().ToDouble() > 0);
    }

    [Theory]
    [InlineData("simplecnn")]
    [InlineData("unet")]
    public void Dropout_adds_no_tensors_and_rests_in_evaluation_unless_it_is_asked_for(string name)
    {
        using var plain = Network.Create(name, 1, 2, dropout: 0);
        using var network = Network.Create(name, 1, 2, dropout: 0.5);
        Assert.Equal(plain.state_dict().Keys, network.state_dict().Keys);
        network.eval();
        var x = empty([1, 1, 16, 16]).normal_();
        using var off = no_grad();

        float[] Answer() => network.call(x).data<float>().ToArray();
        Assert.Equal(Answer(), Answer());

        network.DropsWhileEvaluating = true;
        var mean = network.named_buffers().First(b => b.name.EndsWith("running_mean", StringComparison.Ordinal)).buffer;
        var seen = mean.data<float>().ToArray();
        Assert.NotEqual(Answer(), Answer());
        Assert.Equal(seen, mean.data<float>().ToArray());
    }

    [Fact]
    public void The_auxiliary_head_of_inception_answers_while_training_only_and_counts_as_many_batches()
    {
        using var network = Network.Create("inception_v3");
        var x = empty([2, 1, 299, 299]).normal_();
        using var off = no_grad();

        Assert.Equal([2, 2], network.Answers(x).Auxiliary!.shape);
        network.call(x);
        network.eval();
        Assert.Null(network.Answers(x).Auxiliary);

        Assert.All(
            network.named_buffers().Where(b => b.name.EndsWith("num_batches_tracked", StringComparison.Ordinal)),
            counter => Assert.Equal(2, counter.buffer.ToDouble()));
    }

    [Fact]
    public void Fcn8_starts_its_way_up_as_bilinear_interpolation()
    {
        using var network = new Fcn8("fcn8_vgg16", 1, 2, 0, hidden: 4);
        var weight = network.state_dict()["upscore2.weight"];

        // A ramp doubled in size stays a ramp inside, and one output takes nothing of the other.
        var ramp = tensor([.. Enumerable.Range(0, 8).Select(i => (float)(i % 4))], [1, 2, 2, 2]);
        var up = nn.functional.conv_transpose2d(cat([ramp.narrow(1, 0, 1), zeros([1, 1, 2, 2])], 1), weight, null, [2, 2], [1, 1]);

        Assert.Equal([0.75f, 1.25f], up.detach().narrow(1, 0, 1).narrow(2, 1, 1).narrow(3, 1, 2).data<float>().ToArray());
        Assert.Equal(0, up.narrow(1, 1, 1).abs().sum().ToDouble());
    }
}
