using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Augmenting;

namespace Scanlock.Trainer.Tests;

/// <summary>The small rules a training is made of.</summary>
public sealed class TrainingRuleTests
{
    private static readonly Augmentation s_nothing = new(Flip: false, Rotate: 0, Shift: 0, Scale: 0, Noise: 0, Gamma: 0, Elastic: 0);

    [Fact]
    public void Without_augmentation_nothing_is_sampled() => Assert.Null(AffineSampler.For(s_nothing));

    [Fact]
    public void Each_kind_of_augmentation_stays_in_its_bounds()
    {
        var random = new DeterministicRandom(1, 1);
        Span<float> map = stackalloc float[AffineSampler.Numbers];
        for (var i = 0; i < 1000; i++)
        {
            AffineSampler.For(s_nothing with { Flip = true })!.Draw(random, map);
            Assert.True(Math.Abs(map[0]) == 1 && map[4] == 1 && map[1] == 0 && map[2] == 0 && map[3] == 0 && map[5] == 0);

            AffineSampler.For(s_nothing with { Shift = 0.25 })!.Draw(random, map);
            Assert.True(Math.Abs(map[2]) <= 0.5 && Math.Abs(map[5]) <= 0.5 && map[0] == 1 && map[4] == 1);

            AffineSampler.For(s_nothing with { Rotate = 30 })!.Draw(random, map);
            Assert.Equal(1, (map[0] * map[4]) - (map[1] * map[3]), 1e-5);
            Assert.True(map[0] >= Math.Cos(Math.PI / 6) - 1e-6);

            AffineSampler.For(s_nothing with { Scale = 0.5 })!.Draw(random, map);
            Assert.InRange(map[0], 1 / 1.5f, 2);
            Assert.Equal(map[0], map[4]);
        }
    }

    [Fact]
    public void Random_numbers_are_the_same_everywhere()
    {
        // Worked out with arbitrary-precision integers from the algorithm as published.
        var random = new DeterministicRandom(42, 7);

        Assert.Equal([7, 3, 6, 8, 6, 3, 6, 0], Enumerable.Range(0, 8).Select(_ => random.NextInt(10)));
    }
}
