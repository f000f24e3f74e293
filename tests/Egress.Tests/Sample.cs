using Scanlock.Contracts.Access;
using Scanlock.Contracts.Trials;

namespace Scanlock.Egress.Tests;

/// <summary>A job, what its permit lets out, and honest metrics of it.</summary>
internal static class Sample
{
    public const int Steps = 24;

    public static GateRules Rules { get; } = new(
        Spec("""{"v": 1, "label": "covid", "network": "resnet18", "epochs": 2, "batch": 8, "bootstrap": 0}"""),
        Seed: 7, new SpecBounds(10, 20_000_000, 10, 100, []), new Minima(4, 10, 4), new EgressRules(30_000_000, "bf16", 3, "auto", 1));

    public static GateRules RulesF32 { get; } = Rules with { Egress = Rules.Egress with { MaxBytes = 60_000_000, Precision = "f32" } };

    /// <summary>100 training slices in batches of 8 make 12 steps an epoch.</summary>
    public static TrialMetrics Metrics { get; } = new(
        1, "classify", "resnet18", "covid", 7, "bf16", "1.13.1", 11_171_266, Steps, 3, new(129, 128, 1, 0, 0, 0, 0, 0, 0),
        [new(0, 12, 60), new(1, 10, 40)],
        [new(0, 4, 15), new(1, 3, 10)],
        PretrainingEpochs: null,
        [new(1, 12, 0.693147180559945, 0.7, 0.6, 0.5, null), new(2, 24, 0.512345678, 0.65, 0.8, 0.875, null)],
        KeptEpoch: 2,
        new(0.65, 0.8, 14 / 19.0, 7 / 9.0, 0.875, 0.5, 0.7, 13 / 15.0, 7 * 13 / 6.0, 0.125, 7, 2, 13, 3, Intervals: null),
        new([new(0, 3, 4), new(1, 3, 3)], 0.4, 0.9, 0.75, [.. ScanMetrics.CutOffShares.Select(CutOff)], Intervals: null),
        Segmentation: null, Adversarial: null, Explanation: null, Active: null, Withheld: []);

    /// <summary>A job that asks for everything a classifier can be asked for, its permit with a reviewer.</summary>
    public static GateRules FullRules { get; } = Rules with
    {
        Spec = Spec("""
            {"v": 1, "label": "covid", "network": "resnet18", "epochs": 4, "batch": 8, "keep": "best", "patience": 1, "dropout": 0.5,
             "preparation": {"kind": "lung"}, "pretraining": {"method": "rotation", "epochs": 3}, "adversarial": {"share": 0.5},
             "active": {"passes": 10, "grid": 4, "regions": 3}, "explanation": "gradcam"}
            """),
        Egress = Rules.Egress with { Metrics = "review" },
        Samples = new HashSet<string>(StringComparer.Ordinal) { "a1", "b2", "c1" },
    };

    /// <summary>An early end after two of four epochs; the first was the best.</summary>
    public static TrialMetrics FullMetrics { get; } = Metrics with
    {
        Preparation = new(160, 130, 1, 10, 2, 3, 4, 10, 4),
        PretrainingEpochs = [1.3862943611, 1.2, 1.1],
        KeptEpoch = 1,
        Final = Metrics.Final! with { Intervals = Intervals() },
        Scans = Metrics.Scans! with { Intervals = Intervals() },
        Adversarial = new(0.8, 0.875, 0.5, 0.4, 0.3, 0.6),
        Explanation = new("gradcam", 25, 0.7, null, 0.2, 0.8),
        Active = new(10, 4, [new("a1", 0, 0, 0.6, 0.1), new("b2", 0, 0, 0.69, 0.05), new("c1", 0, 0, 0.6, 0.2)]),
    };

    /// <summary>A job that marks lesions in images of 32 by 32 pixels.</summary>
    public static GateRules MarkingRules { get; } = Rules with
    {
        Spec = Spec("""{"v": 1, "task": "segment", "network": "unet", "image_size": 32, "epochs": 2, "batch": 8}"""),
    };

    /// <summary>25 images of 1024 pixels, 10 of them with lesions.</summary>
    public static TrialMetrics Marking { get; } = Metrics with
    {
        Task = "segment",
        Network = "unet",
        Label = "",
        Parameters = TrialNetworks.Parameters(MarkingRules.Spec),
        Epochs = [new(1, 12, 0.6, 0.7, null, null, 0.5), new(2, 24, 0.5, 0.65, null, null, 0.75)],
        Final = null,
        Scans = null,
        Segmentation = new(
            10, 600, 200, 24_600, 200,
            new(0.75, 0.6, 0.75, 0.75, 24_600 / 24_800.0, new(new(0.7, 0.8), new(0.5, 0.7), new(0.6, 0.9), new(0.7, 0.8), new(0.9, 1))),
            new(0.7, 0.56, 0.7, 0.8, 0.98, new(new(0.6, 0.8), new(0.5, 0.7), new(0.6, 0.9), new(0.7, 0.8), new(0.9, 1)))),
    };

    /// <summary>A job that scores a model which was released before.</summary>
    public static GateRules EvaluationRules { get; } = Rules with
    {
        Spec = Spec($$"""{"v": 1, "task": "evaluate", "label": "covid", "network": "resnet18", "bootstrap": 0, "initial_weights": "sha256:{{new string('a', 64)}}"}"""),
    };

    public static TrialMetrics Evaluation { get; } = Metrics with
    {
        Task = "evaluate",
        Steps = 0,
        Training = [new(0, 0, 0), new(1, 0, 0)],
        Epochs = [],
        KeptEpoch = null,
    };

    /// <summary>Three diseased and four healthy scans.</summary>
    private static ScanCutOff CutOff(double share) => share < 0.5
        ? new(share, new(6 / 7.0, 6 / 7.0, 0.75, 1, 0.75, 3.5 * 3.5 / (1.5 * 0.5), 3, 1, 3, 0))
        : new(share, new(5 / 7.0, 0.5, 1, 1 / 3.0, 1, 1.5 * 4.5 / (0.5 * 2.5), 1, 0, 4, 2));

    private static ClassificationIntervals Intervals() => new(
        new(0.3, 2.5), new(0.7, 0.9), new(0.5, 0.875), new(0.5, 1), new(0.75, 1), new(-0.5, 0.9), new(0.5, 0.875), null);

    private static TrialSpec Spec(string json) => TrialSpecReader.Parse(System.Text.Encoding.UTF8.GetBytes(json)) switch
    {
        TrialSpecResult.Valid valid => valid.Spec,
        TrialSpecResult.Invalid invalid => throw new InvalidOperationException(string.Join(", ", invalid.Problems)),
        _ => throw new InvalidOperationException(),
    };
}
