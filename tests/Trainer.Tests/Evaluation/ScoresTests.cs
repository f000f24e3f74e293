using FsCheck;
using FsCheck.Fluent;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Evaluation;
using static Scanlock.Trainer.Tests.Evaluation.Samples;

namespace Scanlock.Trainer.Tests.Evaluation;

/// <summary>Metric formulas against slow ones that follow their definitions.</summary>
public sealed class ScoresTests
{
    [Fact]
    public void Auc_is_the_chance_that_a_positive_scores_above_a_negative() => Check.QuickThrowOnFailure(Prop.ForAll(Any, scores =>
        Same(NaiveAuc(scores), scores.Metrics().Auc)));

    [Fact]
    public void Auc_does_not_change_when_scores_are_stretched() => Check.QuickThrowOnFailure(Prop.ForAll(Any, scores =>
        Same(scores.Metrics().Auc, new Scores([.. scores.Samples.Select(s => s with { Margin = Math.Exp(3 * s.Margin) })]).Metrics().Auc)));

    [Fact]
    public void Counts_and_ratios_are_those_of_a_naive_count() => Check.QuickThrowOnFailure(Prop.ForAll(Any, scores =>
    {
        var pairs = scores.Samples.Select(s => (Predicted: 1 / (1 + Math.Exp(-s.Margin)) >= 0.5, Positive: s.Class == 1)).ToList();
        double? Share(Func<(bool Predicted, bool Positive), bool> of, Func<(bool Predicted, bool Positive), bool> that) =>
            pairs.Where(of).Select(p => that(p) ? 1.0 : 0).DefaultIfEmpty(double.NaN).Average() is var share && double.IsNaN(share) ? null : share;
        var metrics = scores.Metrics();
        var (precision, recall) = (Share(p => p.Predicted, p => p.Positive), Share(p => p.Positive, p => p.Predicted));
        return Same(Share(_ => true, p => p.Predicted == p.Positive), metrics.Accuracy)
            && Same(recall, metrics.Sensitivity)
            && Same(Share(p => !p.Positive, p => !p.Predicted), metrics.Specificity)
            && Same(precision, metrics.Precision)
            && (precision + recall is not > 0 || Same(2 * precision * recall / (precision + recall), metrics.F1))
            && metrics.TruePositives + metrics.FalsePositives + metrics.TrueNegatives + metrics.FalseNegatives == pairs.Count;
    }));

    [Fact]
    public void Loss_is_the_mean_negative_logarithm_of_the_true_class() => Check.QuickThrowOnFailure(Prop.ForAll(Any, scores =>
        Same(scores.Samples.Select(s => -Math.Log(1 / (1 + Math.Exp(s.Class == 1 ? -s.Margin : s.Margin)))).Average(), scores.Metrics().Loss)));

    [Fact]
    public void Calibration_error_is_the_distance_of_confidence_and_accuracy_over_fifteen_bins() => Check.QuickThrowOnFailure(Prop.ForAll(Any, scores =>
    {
        var answers = scores.Samples.Select(s => (Sure: Math.Max(1 / (1 + Math.Exp(-s.Margin)), 1 / (1 + Math.Exp(s.Margin))), Right: s.Margin >= 0 == (s.Class == 1))).ToList();
        var error = Enumerable.Range(0, 15).Sum(bin =>
        {
            var inside = answers.Where(a => a.Sure > bin / 15.0 && a.Sure <= (bin + 1) / 15.0).ToList();
            return inside.Count == 0 ? 0 : inside.Count / (double)answers.Count * Math.Abs(inside.Average(a => a.Right ? 1.0 : 0) - inside.Average(a => a.Sure));
        });
        return Same(error, scores.Metrics().CalibrationError);
    }));

    [Fact]
    public void Who_is_sure_and_half_of_the_time_wrong_is_badly_calibrated()
    {
        Assert.Equal(0.5, Of((50, 1), (50, 0)).Metrics().CalibrationError!.Value, 1e-9);
        Assert.Equal(0, Of((50, 1), (-50, 0)).Metrics().CalibrationError!.Value, 1e-9);
        Assert.Equal(0.25, Of((Math.Log(3), 1), (Math.Log(3), 1)).Metrics().CalibrationError!.Value, 1e-9);
    }

    /// <summary>2030 people screened for bowel cancer, the example that medical textbooks and encyclopaedias work through.</summary>
    [Fact]
    public void Ratios_of_a_published_confusion_are_those_published()
    {
        var metrics = Screened(20, 180, 1820, 10).Metrics();

        Assert.Equal(0.667, metrics.Sensitivity!.Value, 5e-4);
        Assert.Equal(0.91, metrics.Specificity!.Value, 1e-9);
        Assert.Equal(0.1, metrics.Precision!.Value, 1e-9);
        Assert.Equal(0.9064, metrics.Accuracy!.Value, 5e-5);
        Assert.Equal(0.174, metrics.F1!.Value, 5e-4);
        Assert.Equal(20.2, metrics.OddsRatio!.Value, 5e-2);
    }

    [Fact]
    public void An_odds_ratio_over_nothing_gets_a_half_in_each_count()
    {
        Assert.Equal(5.5 * 4.5 / (0.5 * 1.5), Screened(5, 0, 4, 1).Metrics().OddsRatio!.Value, 1e-9);
        Assert.Equal(6 * 4 / 2.0, Screened(6, 1, 4, 2).Metrics().OddsRatio!.Value, 1e-9);
        Assert.Null(Screened(5, 0, 0, 1).Metrics().OddsRatio);
    }

    [Fact]
    public void Extreme_scores_give_finite_losses()
    {
        Assert.Equal(0, Of((2000, 1)).Metrics().Loss);
        Assert.Equal(2000, Of((2000, 0)).Metrics().Loss);
        Assert.True(double.IsFinite(Of((2000, 0), (-2000, 1)).Scans().Loss!.Value));
        Assert.False(Of((double.NaN, 0)).AreFinite);
        Assert.False(Of((double.PositiveInfinity, 0)).AreFinite);
    }

    [Fact]
    public void What_one_class_cannot_say_is_left_out()
    {
        var metrics = Of((1, 1), (-1, 1)).Metrics();

        Assert.Null(metrics.Auc);
        Assert.Null(metrics.PrgArea);
        Assert.Null(metrics.Specificity);
        Assert.Equal(0.5, metrics.Sensitivity);
        Assert.Equal(1, metrics.Precision);
    }

    private static Scores Screened(int tp, int fp, int tn, int fn) => new(
    [
        .. Enumerable.Repeat(new ScoredSample(1, 1, "p", "s"), tp),
        .. Enumerable.Repeat(new ScoredSample(1, 0, "p", "s"), fp),
        .. Enumerable.Repeat(new ScoredSample(-1, 0, "p", "s"), tn),
        .. Enumerable.Repeat(new ScoredSample(-1, 1, "p", "s"), fn),
    ]);

    private static double? NaiveAuc(Scores scores)
    {
        var wins = from positive in scores.Samples.Where(s => s.Class == 1)
                   from negative in scores.Samples.Where(s => s.Class == 0)
                   select positive.Margin > negative.Margin ? 1 : positive.Margin == negative.Margin ? 0.5 : 0;
        return wins.Any() ? wins.Average() : null;
    }
}
