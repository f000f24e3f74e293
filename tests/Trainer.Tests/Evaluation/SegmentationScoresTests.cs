using FsCheck;
using FsCheck.Fluent;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Evaluation;
using Interval = Scanlock.Contracts.Trials.Interval;
using static Scanlock.Trainer.Tests.Evaluation.Samples;

namespace Scanlock.Trainer.Tests.Evaluation;

/// <summary>How well lesions are marked, against sums over the pixels themselves.</summary>
public sealed class SegmentationScoresTests
{
    private static readonly Arbitrary<Marked[]> s_marked =
        (from samples in
             (from patient in Gen.Choose(0, 3)
              from pixels in Gen.Choose(0, 3).ListOf(6)
              select new Marked($"p{patient}", [.. pixels.Select(p => (byte)(p & 1))], [.. pixels.Select(p => (byte)(p >> 1))])).NonEmptyListOf()
         select samples.ToArray()).ToArbitrary();

    [Fact]
    public void Two_slices_by_hand()
    {
        // The first marks 3 of 4 lesion pixels and 1 beside; the second, without a lesion, 2 of 10.
        SegmentationScores scores = new([new("a", new Confusion(3, 1, 5, 1)), new("b", new Confusion(0, 2, 8, 0))]);

        var metrics = scores.Metrics();

        Assert.Equal((1, 3, 3, 13, 1), (metrics.LesionSlices, metrics.TruePositives, metrics.FalsePositives, metrics.TrueNegatives, metrics.FalseNegatives));
        Assert.Equal(new OverlapMetrics(6 / 10.0, 3 / 7.0, 3 / 6.0, 3 / 4.0, 13 / 16.0, null), metrics.Pooled);
        Assert.Equal(new OverlapMetrics(6 / 8.0, 3 / 5.0, 3 / 4.0, 3 / 4.0, 5 / 6.0, null), metrics.PerSlice);
        Assert.Equal(metrics.Pooled.Dice, scores.Dice);
    }

    [Fact]
    public void Pooled_numbers_are_those_of_all_pixels_in_one_image() => Check.QuickThrowOnFailure(Prop.ForAll(s_marked, samples =>
    {
        byte[] marked = [.. samples.SelectMany(s => s.Pixels)];
        byte[] lesion = [.. samples.SelectMany(s => s.Lesion)];
        var pairs = marked.Zip(lesion).ToList();
        double Count(int m, int l) => pairs.Count(p => p.First == m && p.Second == l);
        double? Ratio(double part, double whole) => whole == 0 ? null : part / whole;
        var seen = Scores(samples).Metrics().Pooled;
        return Same(Ratio(2 * Count(1, 1), marked.Sum(b => b) + lesion.Sum(b => b)), seen.Dice)
            && Same(Ratio(Count(1, 1), pairs.Count(p => p.First + p.Second > 0)), seen.Iou)
            && Same(Ratio(Count(1, 1), Count(1, 1) + Count(1, 0)), seen.Ppv)
            && Same(Ratio(Count(1, 1), Count(1, 1) + Count(0, 1)), seen.Sensitivity)
            && Same(Ratio(Count(0, 0), Count(0, 0) + Count(1, 0)), seen.Specificity)
            && Same(2 * seen.Iou / (1 + seen.Iou), seen.Dice);
    }));

    [Fact]
    public void Means_over_slices_are_of_those_with_a_lesion_alone() => Check.QuickThrowOnFailure(Prop.ForAll(s_marked, samples =>
    {
        var each = samples.Where(s => s.Lesion.Any(l => l == 1)).Select(s => Scores([s]).Metrics().Pooled).ToList();
        double? Mean(Func<OverlapMetrics, double?> of) => each.Select(of).Where(v => v is not null).Average();
        var seen = Scores(samples).Metrics();
        return seen.LesionSlices == each.Count && Same(Mean(m => m.Dice), seen.PerSlice.Dice) && Same(Mean(m => m.Iou), seen.PerSlice.Iou)
            && Same(Mean(m => m.Ppv), seen.PerSlice.Ppv) && Same(Mean(m => m.Sensitivity), seen.PerSlice.Sensitivity)
            && Same(Mean(m => m.Specificity), seen.PerSlice.Specificity);
    }));

    [Fact]
    public void Intervals_are_those_of_a_naive_bootstrap_that_copies_the_slices() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(30), Prop.ForAll(s_marked, samples =>
    {
        var patients = samples.Select(s => s.Patient).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var naive = new Bootstrap(patients.Count, 40, 9).Intervals(weights =>
        {
            var drawn = Scores([.. samples.SelectMany(s => Enumerable.Repeat(s, weights[patients.IndexOf(s.Patient)]))]).Metrics();
            return [drawn.Pooled.Dice, drawn.Pooled.Specificity, drawn.PerSlice.Iou, drawn.PerSlice.Ppv];
        });
        var seen = Scores(samples).Metrics(40, 9);
        Interval?[] all = [seen.Pooled.Intervals!.Dice, seen.Pooled.Intervals.Specificity, seen.PerSlice.Intervals!.Iou, seen.PerSlice.Intervals.Ppv];
        return naive.Zip(all).All(pair => Same(pair.First?.Low, pair.Second?.Low) && Same(pair.First?.High, pair.Second?.High));
    }));

    private static SegmentationScores Scores(Marked[] samples) => new([.. samples.Select(s => new MarkedSample(s.Patient, OfPixels(s)))]);

    private static Confusion OfPixels(Marked image) =>
        image.Pixels.Zip(image.Lesion, (marked, lesion) => Confusion.Of(marked == 1, lesion == 1)).Aggregate(default(Confusion), (sum, one) => sum + one);

    private sealed record Marked(string Patient, byte[] Pixels, byte[] Lesion);
}
