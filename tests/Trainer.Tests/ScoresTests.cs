using FsCheck;
using FsCheck.Fluent;
using Scanlock.Trainer.Evaluation;

namespace Scanlock.Trainer.Tests;

/// <summary>Metric formulas against slow ones that follow their definitions.</summary>
public sealed class ScoresTests
{
    // Margins from a handful of values, so that ties are common.
    private static readonly Arbitrary<Scores> s_scores =
        (from pairs in (from margin in Gen.Choose(-4, 4) from positive in Gen.Choose(0, 1) select (Margin: margin / 2.0, Class: positive)).NonEmptyListOf()
         select new Scores([.. pairs.Select(p => p.Margin)], [.. pairs.Select(p => p.Class)])).ToArbitrary();

    [Fact]
    public void Auc_is_the_chance_that_a_positive_scores_above_a_negative() => Check.QuickThrowOnFailure(Prop.ForAll(s_scores, scores =>
        Same(NaiveAuc(scores), scores.Auc())));

    [Fact]
    public void Auc_does_not_change_when_scores_are_stretched() => Check.QuickThrowOnFailure(Prop.ForAll(s_scores, scores =>
        Same(scores.Auc(), (scores with { Margins = [.. scores.Margins.Select(m => Math.Exp(3 * m))] }).Auc())));

    [Fact]
    public void Counts_and_ratios_are_those_of_a_naive_count() => Check.QuickThrowOnFailure(Prop.ForAll(s_scores, scores =>
    {
        var pairs = scores.Margins.Zip(scores.Classes, (m, c) => (Predicted: 1 / (1 + Math.Exp(-m)) >= 0.5, Positive: c == 1)).ToList();
        double Share(Func<(bool Predicted, bool Positive), bool> of, Func<(bool Predicted, bool Positive), bool> that) => pairs.Where(of).Select(p => that(p) ? 1.0 : 0).DefaultIfEmpty(double.NaN).Average();
        var metrics = scores.Metrics();
        return Same(Share(_ => true, p => p.Predicted == p.Positive), metrics.Accuracy ?? double.NaN)
            && Same(Share(p => p.Positive, p => p.Predicted), metrics.Sensitivity ?? double.NaN)
            && Same(Share(p => !p.Positive, p => !p.Predicted), metrics.Specificity ?? double.NaN)
            && metrics.TruePositives + metrics.FalsePositives + metrics.TrueNegatives + metrics.FalseNegatives == pairs.Count;
    }));

    [Fact]
    public void Loss_is_the_mean_negative_logarithm_of_the_true_class() => Check.QuickThrowOnFailure(Prop.ForAll(s_scores, scores =>
        Same(scores.Margins.Zip(scores.Classes, (m, c) => -Math.Log(1 / (1 + Math.Exp(c == 1 ? -m : m)))).Average(), scores.Metrics().Loss)));

    [Fact]
    public void Extreme_scores_give_finite_losses()
    {
        Assert.Equal(0, new Scores([2000], [1]).Metrics().Loss);
        Assert.Equal(2000, new Scores([2000], [0]).Metrics().Loss);
        Assert.False(new Scores([double.NaN], [0]).AreFinite);
        Assert.False(new Scores([double.PositiveInfinity], [0]).AreFinite);
    }

    [Fact]
    public void What_one_class_cannot_say_is_left_out()
    {
        var metrics = new Scores([1, -1], [1, 1]).Metrics();

        Assert.Null(metrics.Auc);
        Assert.Null(metrics.Specificity);
        Assert.Equal(0.5, metrics.Sensitivity);
    }

    private static double? NaiveAuc(Scores scores)
    {
        var wins = from p in Enumerable.Range(0, scores.Classes.Count).Where(i => scores.Classes[i] == 1)
                   from n in Enumerable.Range(0, scores.Classes.Count).Where(i => scores.Classes[i] == 0)
                   select scores.Margins[p] > scores.Margins[n] ? 1 : scores.Margins[p] == scores.Margins[n] ? 0.5 : 0;
        return wins.Any() ? wins.Average() : null;
    }

    private static bool Same(double? expected, double? actual) =>
        expected is null ? actual is null : double.IsNaN(expected.Value) ? double.IsNaN(actual!.Value) : Math.Abs(expected.Value - actual!.Value) < 1e-9;
}
