using Scanlock.Contracts.Trials;
using Scanlock.LibTorch;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Training;
using static Scanlock.LibTorch.torch;

namespace Scanlock.Trainer.Tests.Training;

/// <summary>Which weights a training shows, averages and keeps.</summary>
public sealed class TrainingStateTests : IDisposable
{
    private const string Weight = "fc.weight";
    private const string Statistic = "bn1.running_mean";

    private readonly Architecture? _network;

    public TrainingStateTests()
    {
        Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);
        _network = Network.Create("simplecnn");
    }

    private Architecture Net => _network!;

    public void Dispose() => _network?.Dispose();

    [Fact]
    public void The_average_moves_towards_the_weights_by_what_it_does_not_keep_and_takes_statistics_as_they_are()
    {
        Set(Weight, 1);
        using var average = new WeightAverage(Net, decay: 0.9);
        var expected = 1.0;
        for (var step = 1; step <= 200; step++)
        {
            Set(Weight, step);
            Set(Statistic, step);
            average.Step(Net, step);
            var kept = Math.Min(0.9, (1.0 + step) / (10 + step));
            expected = (kept * expected) + ((1 - kept) * step);
        }

        Assert.Equal(expected, First(average.Weights.Values[Weight]), 1e-3);
        Assert.Equal(200, First(average.Weights.Values[Statistic]));
        Assert.Equal(200, First(Net.state_dict()[Weight]));
    }

    [Fact]
    public void The_average_is_shown_while_it_is_evaluated_and_training_goes_on_with_the_weights_themselves()
    {
        Set(Weight, 1);
        using var state = new TrainingState(Net, Specs.Of(("average_decay", 0.5)), EpochMeasure.Auc, leastSteps: 0);
        Set(Weight, 2);

        using (state.ShowEvaluated())
        {
            Assert.Equal(1, First(Net.state_dict()[Weight]));
        }

        Assert.Equal(2, First(Net.state_dict()[Weight]));
    }

    [Theory]
    [InlineData("last", 0, 4)]
    [InlineData("best", 0, 2)]
    [InlineData("last", 0.5, 40)]
    [InlineData("best", 0.5, 20)]
    public void What_is_kept_is_what_was_evaluated_in_the_last_or_the_best_epoch(string keep, double decay, double kept)
    {
        using var state = new TrainingState(Net, Specs.Of(("keep", keep), ("average_decay", decay), ("epochs", 4)), EpochMeasure.Auc, leastSteps: 0);
        foreach (var (auc, i) in new[] { 0.5, 0.9, 0.7, 0.9 }.Select((auc, i) => (auc, i)))
        {
            Set(Weight, i + 1);
            if (state.Average is { } average)
            {
                using var off = no_grad();
                average.Weights.Values[Weight].fill_(10 * (i + 1));
            }

            using var shown = state.ShowEvaluated();
            state.Add(new EpochMetrics(i + 1, i + 1, 0.5, 0.5, 0.5, auc, Dice: null));
        }

        state.KeepChosen();

        Assert.True(state.IsOver);
        Assert.Equal(kept, First(Net.state_dict()[Weight]));
        Assert.Equal(keep == "best" ? 2 : 4, state.KeptEpoch);
    }

    [Fact]
    public void Released_weights_are_rounded_and_their_counters_say_the_steps_of_the_training()
    {
        Set(Weight, 1.0009765625);

        Rounding.Release(Net, TrainerJob.Bf16, steps: 12);

        Assert.Equal(1, First(Net.state_dict()[Weight]));
        Assert.All(Net.state_dict().Where(v => v.Value.dtype == ScalarType.Int64), v => Assert.Equal(12, v.Value.ToDouble()));
    }

    private static double First(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().flatten().narrow(0, 0, 1).ToDouble();
    }

    private void Set(string name, double value)
    {
        using var off = no_grad();
        Net.state_dict()[name].fill_(value);
    }
}
