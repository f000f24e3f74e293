using FsCheck;
using FsCheck.Fluent;
using Scanlock.Trainer.Evaluation;

namespace Scanlock.Trainer.Tests.Evaluation;

/// <summary>Metric formulas against slow ones that follow their definitions.</summary>
public sealed class ScoresTests
{
    // Margins from a handful of values, so that ties are common.
    private static readonly Arbitrary<Scores> s_scores =
        (from pairs in (from margin in Gen.Choose(-4, 4) from positive in Gen.Choose(0, 1) select (Margin: margin / 2.0, Class: positive)).NonEmptyListOf()
         select new Scores([.. pairs.Select(p => new ScoredSample(p.Margin, p.Class, "p", "s"))])).ToArbitrary();

    [Fact]
    public void Auc_is_the_chance_that_a_positive_scores_above_a_negative() => Check.QuickThrowOnFailure(Prop.ForAll(s_scores, scores =>
        Same(NaiveAuc(scores), scores.Metrics().Auc)));

    [Fact]
    public void Auc_does_not_change_when_scores_are_stretched() => Check.QuickThrowOnFailure(Prop.ForAll(s_scores, scores =>
        Same(scores.Metrics().Auc, new Scores([.. scores.Samples.Select(s => s with { Margin = Math.Exp(3 * s.Margin) })]).Metrics().Auc)));

    [Fact]
    public void Counts_and_ratios_are_those_of_a_naive_count() => Check.QuickThrowOnFailure(Prop.ForAll(s_scores, scores =>
    {
        var pairs = scores.Samples.Select(s => (Predicted: 1 / (1 + Math.Exp(-s.Margin)) >= 0.5, Positive: s.Class == 1)).ToList();
        double Share(Func<(bool Predicted, bool Positive), bool> of, Func<(bool Predicted, bool Positive), bool> that) => pairs.Where(of).Select(p => that(p) ? 1.0 : 0).DefaultIfEmpty(double.NaN).Average();
        var metrics = scores.Metrics();
        return Same(Share(_ => true, p => p.Predicted == p.Positive), metrics.Accuracy ?? double.NaN)
            && Same(Share(p => p.Positive, p => p.Predicted), metrics.Sensitivity ?? double.NaN)
            && Same(Share(p => !p.Positive, p => !p.Predicted), metrics.Specificity ?? double.NaN)
            && metrics.TruePositives + metrics.FalsePositives + metrics.TrueNegatives + metrics.FalseNegatives == pairs.Count;
    }));

    [Fact]
    public void Loss_is_the_mean_negative_logarithm_of_the_true_class() => Check.QuickThrowOnFailure(Prop.ForAll(s_scores, scores =>
        Same(scores.Samples.Select(s => -Math.Log(1 / (1 + Math.Exp(s.Class == 1 ? -s.Margin : s.Margin)))).Average(), scores.Metrics().Loss)));

    [Fact]
    public void Extreme_scores_give_finite_losses()
    {
        Assert.Equal(0, Of((2000, 1)).Metrics().Loss);
        Assert.Equal(2000, Of((2000, 0)).Metrics().Loss);
        Assert.False(Of((double.NaN, 0)).AreFinite);
        Assert.False(Of((double.PositiveInfinity, 0)).AreFinite);
    }

    [Fact]
    public void What_one_class_cannot_say_is_left_out()
    {
        var metrics = Of((1, 1), (-1, 1)).Metrics();

        Assert.Null(metrics.Auc);
        Assert.Null(metrics.Specificity);
        Assert.Equal(0.5, metrics.Sensitivity);
    }

    private static Scores Of(params (double Margin, int Class)[] samples) => new([.. samples.Select(s => new ScoredSample(s.Margin, s.Class, "p", "s"))]);

    private static double? NaiveAuc(Scores scores)
    {
        var wins = from positive in scores.Samples.Where(s => s.Class == 1)
                   from negative in scores.Samples.Where(s => s.Class == 0)
                   select positive.Margin > negative.Margin ? 1 : positive.Margin == negative.Margin ? 0.5 : 0;
        return wins.Any() ? wins.Average() : null;
    }

    private static bool Same(double? expected, double? actual) =>
        expected is null ? actual is null : double.IsNaN(expected.Value) ? double.IsNaN(actual!.Value) : Math.Abs(expected.Value - actual!.Value) < 1e-9;
}
