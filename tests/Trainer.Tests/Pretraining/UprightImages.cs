using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Preparing;
using Scanlock.Trainer.Tests.Data;
using Scanlock.Trainer.Tests.Training;

namespace Scanlock.Trainer.Tests.Pretraining;

/// <summary>Made-up images that have an up and a down: a dark ground over a bright table, each with grey levels and a block of its own.</summary>
internal static class UprightImages
{
    internal const int Side = 16;

    internal static (PreparedItems Items, IReadOnlyList<Sample> Samples) Make(int count, int side = Side)
    {
        var random = new DeterministicRandom(5, 5);
        var items = PreparedSamples.Of(side, 1, [.. Enumerable.Range(0, count).Select(_ => Image(side, random))]);
        return (items, [.. items.Items.Select((item, i) => new Sample(item.Key, item.Patient, item.Series, i % 2, i))]);
    }

    internal static TrialSpec Spec(string method, int epochs, double learningRate = 0.01) => Specs.Of(("network", "simplecnn"), ("batch", 16)) with
    {
        ImageSize = Side,
        Pretraining = new(method, epochs, learningRate, Temperature: 0.2, Queue: 64, Momentum: 0.9),
    };

    private static float[] Image(int side, DeterministicRandom random)
    {
        var (x, y) = (2 + random.NextInt(side - 4), 2 + random.NextInt((side / 2) - 2));
        var (ground, table, blob) = (0.3 * random.NextDouble(), 0.5 + (0.5 * random.NextDouble()), random.NextDouble());
        return
        [
            .. Enumerable.Range(0, side * side).Select(i => (float)Math.Clamp(
                (Math.Abs((i % side) - x) < 3 && Math.Abs((i / side) - y) < 3 ? blob : i / side >= 0.7 * side ? table : ground) + random.NextWithin(0.05), 0, 1)),
        ];
    }
}
