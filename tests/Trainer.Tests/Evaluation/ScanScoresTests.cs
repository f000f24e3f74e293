using FsCheck;
using FsCheck.Fluent;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Evaluation;
using static Scanlock.Trainer.Tests.Evaluation.Samples;

namespace Scanlock.Trainer.Tests.Evaluation;

/// <summary>From answers about slices to answers about scans.</summary>
public sealed class ScanScoresTests
{
    /// <summary>Two diseased scans of which 5 and 2 of 5 slices are called positive, two healthy ones with 1 and 3 of 5.</summary>
    private static readonly Scores s_four = new([.. Scan("a", 1, 5), .. Scan("b", 1, 2), .. Scan("c", 0, 1), .. Scan("d", 0, 3)]);

    [Fact]
    public void A_scan_is_called_positive_where_the_share_of_its_positive_slices_reaches_the_cut_off()
    {
        var scans = s_four.Scans();

        Assert.Equal([new(0, 2, 2), new(1, 2, 2)], scans.Counts);
        Assert.Equal(ScanMetrics.CutOffShares, scans.CutOffs.Select(at => at.CutOff));
        (int?, int?, int?, int?) At(int tenths) => scans.CutOffs[tenths - 1].Answers is var a ? (a.TruePositives, a.FalsePositives, a.TrueNegatives, a.FalseNegatives) : default;
        Assert.Equal((2, 2, 0, 0), At(2));
        Assert.Equal((2, 1, 1, 0), At(3));
        Assert.Equal((2, 1, 1, 0), At(4));
        Assert.Equal((1, 1, 1, 1), At(5));
        Assert.Equal((1, 1, 1, 1), At(6));
        Assert.Equal((1, 0, 2, 1), At(7));
        Assert.Equal(0.75, scans.CutOffs[3].Answers.Accuracy);
        Assert.Equal(2 / 3.0, scans.CutOffs[3].Answers.Precision);
        Assert.Equal(0.8, scans.CutOffs[3].Answers.F1);
    }

    /// <summary>Shares 1 and 0.4 against 0.2 and 0.6: three of the four pairs are in order.</summary>
    [Fact]
    public void Auc_of_scans_is_that_of_the_shares() => Assert.Equal(0.75, s_four.Scans().Auc);

    [Fact]
    public void Loss_of_a_scan_is_that_of_its_mean_probability()
    {
        Scores scores = new([new(Math.Log(3), 1, "a", "s"), new(-Math.Log(3), 1, "a", "s"), new(-Math.Log(4), 0, "b", "s")]);

        Assert.Equal((-Math.Log(0.5) - Math.Log(0.8)) / 2, scores.Scans().Loss!.Value, 1e-12);
    }

    [Fact]
    public void A_scan_is_one_series_of_one_patient_and_positive_where_a_slice_is()
    {
        Scores scores = new([new(1, 0, "a", "x"), new(1, 1, "a", "x"), new(1, 0, "a", "y"), new(1, 0, "b", "x")]);

        Assert.Equal([new(0, 2, 2), new(1, 1, 1)], scores.Scans().Counts);
    }

    [Fact]
    public void Higher_cut_offs_call_fewer_scans_positive_and_each_answers_every_scan() => Check.QuickThrowOnFailure(Prop.ForAll(Any, scores =>
    {
        var scans = scores.Scans();
        var called = scans.CutOffs.Select(at => at.Answers.TruePositives + at.Answers.FalsePositives).ToList();
        return called.SequenceEqual(called.OrderDescending())
            && scans.CutOffs.All(at => at.Answers.TruePositives + at.Answers.FalseNegatives == scans.Counts[1].Samples
                && at.Answers.FalsePositives + at.Answers.TrueNegatives == scans.Counts[0].Samples);
    }));

    [Fact]
    public void The_order_of_slices_does_not_matter() => Check.QuickThrowOnFailure(Prop.ForAll(Any, scores =>
    {
        var (one, other) = (scores.Scans(10, 1), new Scores([.. scores.Samples.Reverse()]).Scans(10, 1));
        return Same(one.Loss, other.Loss) && one.CutOffs.SequenceEqual(other.CutOffs) && one.Auc == other.Auc && one.Intervals!.Accuracy == other.Intervals!.Accuracy;
    }));

    private static IEnumerable<ScoredSample> Scan(string patient, int of, int called) =>
        Enumerable.Range(0, 5).Select(i => new ScoredSample(i < called ? 1 : -1, of, patient, "s"));
}
