using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Training;

namespace Scanlock.Trainer.Tests.Training;

public sealed class BestEpochTests
{
    [Fact]
    public void The_largest_auc_is_best_and_of_two_equal_epochs_the_earlier()
    {
        var best = new BestEpoch(EpochMeasure.Auc, patience: 0, leastSteps: 0);

        Assert.Equal([true, false, true, false, false], Auc(0.7, 0.6, 0.9, 0.9, 0.8).Select(best.IsBest));
        Assert.Equal(3, best.Epoch);
        Assert.False(best.IsTimeToStop);
    }

    [Fact]
    public void Where_no_auc_is_defined_the_smallest_validation_loss_is_best()
    {
        var best = new BestEpoch(EpochMeasure.ValidationLoss, patience: 0, leastSteps: 0);

        Assert.Equal([true, true, false, false], new[] { 0.9, 0.4, 0.4, 0.6 }.Select((loss, i) => best.IsBest(Epoch(i, loss, null))));
    }

    [Fact]
    public void An_epoch_without_the_measure_neither_beats_one_that_has_it_nor_stands_against_it()
    {
        var best = new BestEpoch(EpochMeasure.Dice, patience: 0, leastSteps: 0);

        Assert.Equal([true, true, false], new double?[] { null, 0.01, null }.Select((dice, i) => best.IsBest(Epoch(i, -5, auc: 1) with { Dice = dice })));
    }

    [Theory]
    [InlineData("simplecnn", new[] { 0, 1 }, "Auc")]
    [InlineData("simplecnn", new[] { 1, 1 }, "ValidationLoss")]
    [InlineData("simplecnn", new[] { 0, 0 }, "ValidationLoss")]
    [InlineData("unet", new[] { 1, 1 }, "Dice")]
    [InlineData("unet", new[] { 0, 0 }, "ValidationLoss")]
    public void One_measure_is_chosen_by_the_task_and_by_what_the_validation_part_has(string network, int[] classes, string measure) =>
        Assert.Equal(
            Enum.Parse<EpochMeasure>(measure),
            EpochMeasures.For(Specs.Of() with { Network = network }, [.. classes.Select((c, i) => new Sample($"{i}", "p", "s", c))]));

    [Fact]
    public void Patience_ends_after_so_many_epochs_without_a_better_one()
    {
        var best = new BestEpoch(EpochMeasure.Auc, patience: 2, leastSteps: 0);

        Assert.Equal([false, false, false, false, true], Auc(0.5, 0.6, 0.7, 0.7, 0.6).Select(Stops));

        bool Stops(EpochMetrics epoch)
        {
            best.IsBest(epoch);
            return best.IsTimeToStop;
        }
    }

    [Fact]
    public void Epochs_short_of_the_permits_steps_are_neither_kept_nor_counted_as_waiting()
    {
        var best = new BestEpoch(EpochMeasure.Auc, patience: 1, leastSteps: 30);

        Assert.Equal([false, false, true, false], Auc(0.9, 0.8, 0.5, 0.4).Select(best.IsBest));
        Assert.Equal(3, best.Epoch);
        Assert.True(best.IsTimeToStop);
    }

    private static IEnumerable<EpochMetrics> Auc(params double[] values) => values.Select((auc, i) => Epoch(i, 0.5, auc));

    private static EpochMetrics Epoch(int index, double loss, double? auc) => new(index + 1, 10 * (index + 1), 0.5, loss, 0.5, auc, Dice: null);
}
