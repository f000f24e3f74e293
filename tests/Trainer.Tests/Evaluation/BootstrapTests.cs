using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Evaluation;
using Interval = Scanlock.Contracts.Trials.Interval;
using static Scanlock.Trainer.Tests.Evaluation.Samples;

namespace Scanlock.Trainer.Tests.Evaluation;

/// <summary>Confidence intervals: whole patients are drawn, and a draw means what it says.</summary>
public sealed class BootstrapTests
{
    private const int Draws = 40;

    [Fact]
    public void An_interval_runs_from_the_lowest_to_the_highest_fortieth_of_the_draws()
    {
        var draw = 0;

        var interval = Assert.Single(new Bootstrap(3, 1000, 1).Intervals(_ => [draw++]));

        // What numpy.percentile(range(1000), [2.5, 97.5]) says.
        Assert.Equal(24.975, interval!.Low, 1e-9);
        Assert.Equal(974.025, interval.High, 1e-9);
    }

    [Fact]
    public void Each_draw_is_of_as_many_patients_as_there_are_and_the_same_for_the_same_seed()
    {
        List<int[]> Drawn(long seed)
        {
            var drawn = new List<int[]>();
            new Bootstrap(7, 200, seed).Intervals(weights =>
            {
                drawn.Add([.. weights]);
                return [];
            });
            return drawn;
        }

        Assert.All(Drawn(1), weights => Assert.Equal(7, weights.Sum()));
        Assert.Equal(Drawn(1), Drawn(1));
        Assert.NotEqual(Drawn(1), Drawn(2));

        // A patient is drawn once in a draw on average, and left out with probability (6/7)^7.
        Assert.Equal(1, Drawn(1).Average(weights => weights[3]), 0.25);
        Assert.Equal(Math.Pow(6 / 7.0, 7), Drawn(1).Average(weights => weights.Count(w => w == 0) / 7.0), 0.05);
    }

    [Fact]
    public void A_number_that_most_draws_do_not_define_has_no_interval()
    {
        var draw = 0;

        var intervals = new Bootstrap(2, 10, 1).Intervals(_ => [draw++ % 2 == 0 ? 1 : null, draw % 5 == 0 ? 1 : null]);

        Assert.Equal(new Interval(1, 1), intervals[0]);
        Assert.Null(intervals[1]);
    }

    [Fact]
    public void Intervals_of_slices_are_those_of_a_naive_bootstrap_that_copies_the_slices() => Check.One(Few, Prop.ForAll(Any, scores =>
    {
        var naive = Naive(scores, drawn => drawn.Metrics() is var m ? [m.Loss, m.Accuracy, m.F1, m.Precision, m.Auc, m.PrgArea, m.Sensitivity, m.Specificity] : []);

        return Same(naive, scores.Metrics(Draws, 5).Intervals!);
    }));

    [Fact]
    public void Intervals_of_scans_are_those_of_a_naive_bootstrap_that_copies_the_scans() => Check.One(Few, Prop.ForAll(Any, scores =>
    {
        var naive = Naive(scores, drawn => drawn.Scans() is var s && s.CutOffs[4].Answers is var m
            ? [s.Loss, m.Accuracy, m.F1, m.Precision, s.Auc, s.PrgArea, m.Sensitivity, m.Specificity] : []);

        return Same(naive, scores.Scans(Draws, 5).Intervals!);
    }));

    [Fact]
    public void More_slices_of_the_same_patients_make_no_interval_narrower()
    {
        var random = new Random(4);
        Scores once = new([.. Enumerable.Range(0, 60).Select(i => new ScoredSample(random.NextDouble() - (i % 2 == 0 ? 0.3 : 0.7), 1 - (i % 2), $"p{i / 3}", "s"))]);
        Scores often = new([.. once.Samples.SelectMany(s => Enumerable.Repeat(s, 20))]);

        var (few, many) = (once.Metrics(500, 3).Intervals!, often.Metrics(500, 3).Intervals!);

        Assert.True(few.Accuracy!.High - few.Accuracy.Low > 0.1, few.ToString());
        Assert.Equal(few.Auc!.Low, many.Auc!.Low, 1e-9);
        Assert.Equal(few.Auc.High, many.Auc.High, 1e-9);
        Assert.Equal(few.Accuracy.Low, many.Accuracy!.Low, 1e-9);
    }

    [Fact]
    public void Without_draws_there_are_no_intervals()
    {
        Assert.Null(InOrder(1, 0).Metrics().Intervals);
        Assert.Null(InOrder(1, 0).Scans().Intervals);
    }

    [Fact]
    public void A_thousand_draws_over_ten_thousand_slices_take_seconds()
    {
        var random = new Random(1);
        Scores scores = new([.. Enumerable.Range(0, 10_000).Select(i => new ScoredSample(random.NextDouble() - 0.5 + (i % 2 * 0.2), i % 2, $"p{i / 50}", "s"))]);
        var begin = Stopwatch.GetTimestamp();

        scores.Metrics(1000, 1);

        var took = Stopwatch.GetElapsedTime(begin);
        TestContext.Current.TestOutputHelper?.WriteLine($"{took.TotalMilliseconds:F0} ms");
        Assert.InRange(took.TotalSeconds, 0, 60);
    }

    private static Config Few => Config.QuickThrowOnFailure.WithMaxTest(30);

    private static IReadOnlyList<Interval?> Naive(Scores scores, Func<Scores, IReadOnlyList<double?>> measure)
    {
        var patients = scores.Samples.Select(s => s.Patient).Distinct(StringComparer.Ordinal).Count();
        return new Bootstrap(patients, Draws, 5).Intervals(weights => measure(Weighted(scores, weights)));
    }

    private static bool Same(IReadOnlyList<Interval?> naive, ClassificationIntervals seen)
    {
        Interval?[] all = [seen.Loss, seen.Accuracy, seen.F1, seen.Precision, seen.Auc, seen.PrgArea, seen.Sensitivity, seen.Specificity];
        return naive.Zip(all).All(pair => Samples.Same(pair.First?.Low, pair.Second?.Low) && Samples.Same(pair.First?.High, pair.Second?.High));
    }
}
