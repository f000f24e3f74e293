using Scanlock.Contracts.Access;
using Scanlock.Contracts.Trials;

namespace Scanlock.Egress.Tests;

/// <summary>A job, what its permit lets out, and honest metrics of it.</summary>
internal static class Sample
{
    public const int Steps = 24;

    public static GateRules Rules { get; } = new(
        Spec(), Seed: 7, new SpecBounds(10, 20_000_000, 10, 100, []), new Minima(4, 10, 4), new EgressRules(30_000_000, "bf16", 3, "auto", 1));

    public static GateRules RulesF32 { get; } = Rules with { Egress = Rules.Egress with { MaxBytes = 60_000_000, Precision = "f32" } };

    /// <summary>100 training slices in batches of 8 make 12 steps an epoch.</summary>
    public static TrialMetrics Metrics { get; } = new(
        1, "classify", "resnet18", "covid", 7, "bf16", "1.13.1", 11_171_266, Steps, 3, Preparation: null,
        [new(0, 12, 60), new(1, 10, 40)],
        [new(0, 4, 15), new(1, 3, 10)],
        PretrainingEpochs: null,
        [new(1, 12, 0.693147180559945, 0.7, 0.6, 0.5, null), new(2, 24, 0.512345678, 0.65, 0.8, 0.875, null)],
        KeptEpoch: 2,
        new(0.65, 0.8, 14 / 19.0, 7 / 9.0, 0.875, 0.5, 0.7, 13 / 15.0, 7 * 13 / 6.0, 0.125, 7, 2, 13, 3, Intervals: null),
        Scans: null, Segmentation: null, Adversarial: null, Explanation: null, Active: null, Withheld: []);

    private static TrialSpec Spec() => TrialSpecReader.Parse("""{"v": 1, "label": "covid", "network": "resnet18", "epochs": 2, "batch": 8}"""u8.ToArray()) switch
    {
        TrialSpecResult.Valid valid => valid.Spec,
        TrialSpecResult.Invalid invalid => throw new InvalidOperationException(string.Join(", ", invalid.Problems)),
        _ => throw new InvalidOperationException(),
    };
}
