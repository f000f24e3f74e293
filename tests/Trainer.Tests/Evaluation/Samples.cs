using FsCheck;
using FsCheck.Fluent;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Evaluation;

namespace Scanlock.Trainer.Tests.Evaluation;

/// <summary>Answers of a made-up network.</summary>
internal static class Samples
{
    /// <summary>Of a few patients with a few scans each; margins from a handful of values, so that ties are common.</summary>
    public static Arbitrary<Scores> Any { get; } =
        (from samples in Sample().NonEmptyListOf() select new Scores([.. samples])).ToArbitrary();

    public static Scores Of(params (double Margin, int Class)[] samples) => new([.. samples.Select(s => new ScoredSample(s.Margin, s.Class, "p", "s"))]);

    /// <summary>One patient each, the first the surest.</summary>
    public static Scores InOrder(params int[] classes) =>
        new([.. classes.Select((of, i) => new ScoredSample(classes.Length - (2 * i), of, $"p{i}", "s"))]);

    /// <summary>As many copies of each patient's samples as they weigh.</summary>
    public static Scores Weighted(Scores scores, int[] weights)
    {
        var patients = scores.Samples.Select(s => s.Patient).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return new([.. scores.Samples.SelectMany(s => Enumerable.Range(0, weights[patients.IndexOf(s.Patient)]).Select(copy => s with { Series = $"{s.Series}.{copy}" }))]);
    }

    public static bool Same(double? expected, double? actual, double tolerance = 1e-9) => (expected, actual) switch
    {
        (null, null) => true,
        ({ } e, { } a) => Math.Abs(e - a) <= tolerance * Math.Max(1, Math.Abs(e)),
        _ => false,
    };

    private static Gen<ScoredSample> Sample() =>
        from margin in Gen.Choose(-4, 4)
        from positive in Gen.Choose(0, 1)
        from patient in Gen.Choose(0, 3)
        from series in Gen.Choose(0, 1)
        select new ScoredSample(margin / 2.0, positive, $"p{patient}", $"s{series}");
}
