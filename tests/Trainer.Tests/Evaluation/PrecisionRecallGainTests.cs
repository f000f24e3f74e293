using FsCheck;
using FsCheck.Fluent;
using Scanlock.Trainer.Evaluation;
using static Scanlock.Trainer.Tests.Evaluation.Samples;

namespace Scanlock.Trainer.Tests.Evaluation;

/// <summary>The area under the precision-recall-gain curve against its definition and its authors' own program.</summary>
public sealed class PrecisionRecallGainTests
{
    /// <summary>The example that Flach and Kull draw, and what their Python package makes of it; exactly 1044283367 / 2414739600.</summary>
    [Fact]
    public void The_authors_example_has_the_area_that_their_program_gives()
    {
        var scores = InOrder(1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1);

        Assert.Equal(1044283367 / 2414739600.0, scores.Metrics().PrgArea!.Value, 1e-12);
    }

    [Fact]
    public void It_is_one_when_all_is_right_nothing_when_all_is_alike_and_least_when_all_is_wrong()
    {
        Assert.Equal(1, InOrder(1, 1, 1, 0, 0).Metrics().PrgArea!.Value, 1e-12);
        Assert.Equal(0, Of((0, 1), (0, 0), (0, 1)).Metrics().PrgArea!.Value, 1e-12);

        // Of two positives below six negatives precision gain climbs from -3 to 0.
        Assert.Equal(-1.5, InOrder(0, 0, 0, 0, 0, 0, 1, 1).Metrics().PrgArea!.Value, 1e-12);
    }

    [Fact]
    public void It_is_never_a_rounding_above_one() => Assert.All(
        Enumerable.Range(1, 40).SelectMany(positives => Enumerable.Range(1, 40).Select(negatives => (positives, negatives))),
        of => Assert.InRange(
            InOrder([.. Enumerable.Repeat(1, of.positives), .. Enumerable.Repeat(0, of.negatives)]).Metrics().PrgArea!.Value, 1 - 1e-12, 1));

    [Fact]
    public void It_is_the_area_between_points_of_precision_gain_and_recall_gain_as_they_are_defined() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Any, scores => Same(Naive(scores), scores.Metrics().PrgArea)));

    /// <summary>From the definition gain(x) = (x - pi) / ((1 - pi) x), with a straight line in these coordinates down to recall gain 0.</summary>
    private static double? Naive(Scores scores)
    {
        double positives = scores.Samples.Count(s => s.Class == 1);
        double negatives = scores.Samples.Count - positives;
        if (positives == 0 || negatives == 0)
        {
            return null;
        }

        var pi = positives / (positives + negatives);
        double Gain(double x) => (x - pi) / ((1 - pi) * x);
        var found = scores.Samples.Select(s => s.Margin).Distinct().OrderDescending()
            .Select(cut => scores.Samples.Where(s => s.Margin >= cut).ToList())
            .Select(called => (Tp: (double)called.Count(s => s.Class == 1), Fp: (double)called.Count(s => s.Class == 0))).ToList();
        var before = found.TakeWhile(p => p.Tp == 0).LastOrDefault().Fp;
        var points = found.SkipWhile(p => p.Tp == 0).Select(p => (Recall: Gain(p.Tp / positives), Precision: Gain(p.Tp / (p.Tp + p.Fp)))).ToList();
        var at = points.FindIndex(p => p.Recall >= -1e-12);
        var (recall, precision) = points[at];

        // Towards no true positives the line is that of the false positives so far over the positives.
        var slope = at == 0 ? before / positives : (precision - points[at - 1].Precision) / (recall - points[at - 1].Recall);
        var curve = points.Skip(at).Prepend((Recall: 0, Precision: precision - (recall * slope))).ToList();
        return curve.Zip(curve.Skip(1), (a, b) => (b.Recall - a.Recall) * (a.Precision + b.Precision) / 2).Sum();
    }
}
