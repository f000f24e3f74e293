using Scanlock.Trainer.Training;

namespace Scanlock.Trainer.Tests.Training;

public sealed class ScheduleTests
{
    [Fact]
    public void Cosine_starts_at_the_rate_given_is_half_way_down_in_the_middle_and_ends_near_zero()
    {
        var schedule = Schedule.Cosine(0.1, 100);

        Assert.Equal(0.1, schedule.At(0));
        Assert.Equal(0.05, schedule.At(50), 1e-12);
        Assert.InRange(schedule.At(99), 0, 1e-4);
    }

    [Fact]
    public void A_constant_rate_stays() =>
        Assert.All(Enumerable.Range(0, 100), step => Assert.Equal(0.1, new Schedule("constant", 0.1, 100, 0, 1, 1).At(step)));

    [Fact]
    public void Stairs_are_as_long_and_as_high_as_asked_for()
    {
        var schedule = new Schedule("step", 0.8, 10, 0, StairSteps: 4, StairFactor: 0.5);

        Assert.Equal([0.8, 0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.4, 0.2, 0.2], Enumerable.Range(0, 10).Select(schedule.At));
    }

    [Theory]
    [InlineData("constant")]
    [InlineData("cosine")]
    [InlineData("step")]
    public void A_warm_up_rises_evenly_and_then_the_schedule_begins(string kind)
    {
        var warm = new Schedule(kind, 0.6, 20, WarmupSteps: 5, StairSteps: 4, StairFactor: 0.5);
        var plain = new Schedule(kind, 0.6, 15, WarmupSteps: 0, StairSteps: 4, StairFactor: 0.5);

        Assert.All(Enumerable.Range(0, 5), step => Assert.Equal(0.1 * (step + 1), warm.At(step), 1e-12));
        Assert.Equal(Enumerable.Range(0, 15).Select(plain.At), Enumerable.Range(5, 15).Select(warm.At));
    }

    [Fact]
    public void Epochs_of_the_spec_become_steps()
    {
        var spec = Specs.Of(("schedule", "step"), ("epochs", 9), ("warmup_epochs", 2), ("step_epochs", 3), ("step_factor", 0.1), ("learning_rate", 1));

        Assert.Equal(new Schedule("step", 1, 63, 14, 21, 0.1), Schedule.For(spec, stepsPerEpoch: 7));
    }
}
