using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;

namespace Scanlock.Broker.Scheduling.Placement.Simulation;

/// <summary>Traces made from numbers: the same numbers give the same trace.</summary>
internal static class SyntheticTraces
{
    private const long Megabyte = 1_000_000;

    /// <summary>
    /// The published grid of CLAIRE, an experiment over chest CT: 4 networks, 3 learning rates, 3 steps, 3 weight decays, 5 folds; 540 trials
    /// of one experiment, all there at once, on one dataset of 40 GB.
    /// </summary>
    /// <param name="seconds">What a trial of the smallest network takes; the others take up to three times that.</param>
    public static IReadOnlyList<SimulatedTrial> Claire(double seconds = 600)
    {
        string[] networks = ["resnet18", "resnet50", "densenet121", "alexnet"];
        double[] factors = [1, 2, 3, 1.25];
        JobInput[] dataset = [new("shards", Sha256Digest.Of("claire"u8), 40_000 * Megabyte)];
        var trials = new List<SimulatedTrial>();
        for (var network = 0; network < networks.Length; network++)
        {
            for (var point = 0; point < 3 * 3 * 3; point++)
            {
                for (var fold = 0; fold < 5; fold++)
                {
                    trials.Add(new($"{networks[network]}-{point:00}-{fold}", "claire", "claire", 0, seconds * factors[network], new(4, 16_384, 1, (int)Math.Ceiling(seconds * factors[network] / 30)))
                    {
                        Inputs = dataset,
                    });
                }
            }
        }

        return trials;
    }

    /// <summary>
    /// Experiments of five projects, which come in the course of a day: of 10 to 200 trials of 1 to 60 minutes (most are short), one in
    /// ten on four graphics processors, on datasets of 1 to 50 GB. The first project brings half of all trials at once.
    /// </summary>
    public static IReadOnlyList<SimulatedTrial> Seeded(int seed, int count)
    {
        var dice = new Random(seed);
        var trials = new List<SimulatedTrial>(count);
        for (var experiment = 0; trials.Count < count; experiment++)
        {
            var flood = trials.Count < count / 2;
            var project = flood ? 0 : dice.Next(1, 5);
            var at = flood ? 0 : dice.NextDouble() * 86_400;
            var typical = Math.Exp(dice.NextDouble() * Math.Log(30)) * 60;
            var wide = dice.Next(10) == 0;
            var resources = new JobResources(wide ? 16 : 4, wide ? 65_536 : 16_384, wide ? 4 : 1, (int)Math.Ceiling(typical * 4 / 60));
            JobInput[] dataset = [new("shards", Sha256Digest.Of(BitConverter.GetBytes(dice.Next(20))), dice.Next(1_000, 50_000) * Megabyte)];
            var size = Math.Min(dice.Next(10, 200), count - trials.Count);
            for (var ordinal = 0; ordinal < size; ordinal++)
            {
                trials.Add(new($"e{experiment:0000}-{ordinal:000}", $"e{experiment:0000}", $"project-{project}", at, typical * (0.5 + dice.NextDouble()), resources)
                {
                    Inputs = dataset, Preemptible = dice.Next(4) == 0, Priority = dice.Next(50) == 0 ? 1 : 0,
                });
            }
        }

        return trials;
    }
}
