using Scanlock.Contracts.Trials;
using Scanlock.LibTorch;
using Scanlock.Trainer.Adversarial;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Training;
using Scanlock.Trainer.Training.Losses;

namespace Scanlock.Trainer.Tests.Adversarial;

public sealed class AttackTests
{
    private static readonly AdversarialTraining s_by = new(Share: 0.3, Epsilon: 0.05, Steps: 8, StepSize: 0.02);

    public AttackTests() => Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);

    [Fact]
    public void An_attack_stays_within_epsilon_and_the_range_of_images_and_raises_the_loss()
    {
        using var scope = torch.NewDisposeScope();
        using var network = Network.Create("simplecnn");
        var batch = new DeviceBatch(torch.rand([6, 1, 16, 16]).mul(2).sub(1), torch.tensor(new long[] { 0, 1, 0, 1, 1, 0 }, [6]));
        var objective = new SupervisedObjective(new CrossEntropyLoss(null, 0));
        network.eval();
        var before = objective.Loss(network, batch).ToDouble();

        var attacked = new ProjectedGradientDescent(objective, s_by).Attacked(network, batch);

        Assert.InRange(attacked.Images.sub(batch.Images).abs().max().ToDouble(), 0.05, 0.1 + 1e-6);
        Assert.InRange(attacked.Images.abs().max().ToDouble(), 0, 1);
        Assert.Same(batch.Classes, attacked.Classes);
        Assert.True(objective.Loss(network, attacked).ToDouble() > before);
        Assert.False(attacked.Images.requires_grad);
    }

    [Fact]
    public void The_search_leaves_running_statistics_gradients_and_mode_of_the_network_alone()
    {
        using var scope = torch.NewDisposeScope();
        using var network = Network.Create("simplecnn");
        var batch = new DeviceBatch(torch.rand([4, 1, 16, 16]), torch.tensor(new long[] { 0, 1, 0, 1 }, [4]));
        var before = Values(network);

        _ = new ProjectedGradientDescent(new SupervisedObjective(new CrossEntropyLoss(null, 0)), s_by).Attacked(network, batch);

        Assert.Equal(before, Values(network));
        Assert.True(network.training);
        Assert.All(network.parameters(), parameter =>
        {
            Assert.True(parameter.requires_grad);
            Assert.Null(parameter.grad);
        });
    }

    [Fact]
    public void Of_a_linear_network_attack_and_loss_are_those_of_the_closed_form()
    {
        using var scope = torch.NewDisposeScope();
        float[] weights = [0.5f, -1, 2, -0.25f];
        float[] first = [0, 0.1f, -0.2f, 0.3f], second = [0.99f, -0.5f, 0.2f, -1];
        using var network = new LinearNetwork(weights);
        var batch = new DeviceBatch(torch.tensor([.. first, .. second], [2, 1, 2, 2]), torch.tensor(new long[] { 1, 0 }, [2]));
        var plain = new SupervisedObjective(new CrossEntropyLoss(null, 0));

        var attacked = new ProjectedGradientDescent(plain, s_by).Attacked(network, batch).Images.data<float>().ToArray();
        var loss = new AdversarialObjective(plain, s_by).Loss(network, batch).ToDouble();

        // The logits are 0 and w x: what is of class 1 loses most against the sign of w, what is of class 0 along it.
        double[] worst =
        [
            .. first.Select((x, i) => Math.Clamp(x - (0.1 * Math.Sign(weights[i])), -1, 1)),
            .. second.Select((x, i) => Math.Clamp(x + (0.1 * Math.Sign(weights[i])), -1, 1)),
        ];
        Assert.All(worst.Zip(attacked), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.Equal((0.7 * Cost([.. first.Concat(second).Select(x => (double)x)])) + (0.3 * Cost(worst)), loss, 1e-5);

        double Cost(double[] images) => (Math.Log(1 + Math.Exp(-Margin(images[..4]))) + Math.Log(1 + Math.Exp(Margin(images[4..])))) / 2;

        double Margin(double[] image) => image.Zip(weights, (x, w) => x * w).Sum();
    }

    [Fact]
    public void The_saliency_of_a_linear_network_is_its_weights_and_its_share_in_a_mask_theirs()
    {
        using var scope = torch.NewDisposeScope();
        float[] weights = [0.5f, -1, 2, -0.25f];
        using var network = new LinearNetwork(weights);

        var saliency = Saliency.Of(network, torch.rand([2, 1, 2, 2]), torch.tensor(new long[] { 1, 0 }, [2])).data<float>().ToArray();

        Assert.Equal([0.5f, 1, 2, 0.25f, 0, 0, 0, 0], saliency);
        Assert.Equal(3 / 3.75, Scanlock.Trainer.Evaluation.EnergyShare.Inside(saliency.AsSpan(0, 4), [0, 1, 1, 0])!.Value, 1e-9);
        Assert.Null(Scanlock.Trainer.Evaluation.EnergyShare.Inside(saliency.AsSpan(4, 4), [0, 1, 1, 0]));
    }

    private static List<float> Values(Architecture network) =>
        [.. network.state_dict().Values.Where(v => v.dtype == ScalarType.Float32).SelectMany(v => v.data<float>().ToArray())];

    /// <summary>Logits 0 and w x.</summary>
    private sealed class LinearNetwork(float[] weights) : Architecture("linear", 0)
    {
        public override torch.Tensor forward(torch.Tensor input)
        {
            var margins = input.flatten(1).mm(torch.tensor(weights, [weights.Length, 1]));
            return torch.cat([torch.zeros_like(margins), margins], 1);
        }
    }
}
