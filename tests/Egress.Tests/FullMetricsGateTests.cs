using Scanlock.Contracts.Trials;
using static Scanlock.Egress.Tests.MetricsExit;

namespace Scanlock.Egress.Tests;

/// <summary>The exit for all that a classifier's metrics can hold: scans, intervals, preparation, pre-training, attacks, explanations, regions.</summary>
[Trait("promise", "P6")]
public sealed class FullMetricsGateTests
{
    private static readonly TrialMetrics s_honest = Sample.FullMetrics;

    [Fact]
    public void Honest_metrics_of_everything_pass_and_only_what_was_never_computed_is_missing()
    {
        var metrics = Accepted(s_honest, Sample.FullRules).Metrics;

        Assert.Equal("explanation.energy_in_lesion final.intervals.specificity scans.intervals.specificity", metrics.Paths());
        Assert.All(metrics.Withheld, withheld => Assert.Equal("cannot be computed from this data", withheld.Reason));
        Assert.Equal((2, 1), (metrics.Epochs.Count, metrics.KeptEpoch));
        Assert.Equal([1.38629, 1.2, 1.1], metrics.PretrainingEpochs!);
        Assert.Equal(s_honest.Preparation, metrics.Preparation);
        Assert.Equal(s_honest.Adversarial, metrics.Adversarial);
        Assert.Equal(0.857143, metrics.Scans!.CutOffs[0].Answers.Accuracy);
        Assert.Equal(new Interval(0.3, 2.5), metrics.Final!.Intervals!.Loss);
    }

    public static TheoryData<string, Func<TrialMetrics, TrialMetrics>, string> Dishonest => new()
    {
        { "an F1 of its own", metrics => Final(metrics, final => final with { F1 = 0.7 }), "does not follow from the counts" },
        { "a precision of its own", metrics => Final(metrics, final => final with { Precision = 0.7 }), "does not follow from the counts" },
        { "an odds ratio of its own", metrics => Final(metrics, final => final with { OddsRatio = 15.2 }), "does not follow from the counts" },
        { "an odds ratio withheld", metrics => Final(metrics, final => final with { OddsRatio = null }), "does not follow from the counts" },
        { "a calibration error above one", metrics => Final(metrics, final => final with { CalibrationError = 1.5 }), "out of its range" },
        { "a gain above one", metrics => Final(metrics, final => final with { PrgArea = 1.1 }), "out of its range" },
        { "a gain below what all wrong would give", metrics => Final(metrics, final => final with { PrgArea = -1.51 }), "out of its range" },
        { "an interval upside down", metrics => Final(metrics, final => final with { Intervals = final.Intervals! with { Auc = new(0.9, 0.8) } }), "does not run upwards" },
        { "an interval beyond one", metrics => Final(metrics, final => final with { Intervals = final.Intervals! with { F1 = new(0.9, 1.8) } }), "does not run upwards" },
        { "no final metrics", metrics => metrics with { Final = null }, "final metrics are missing" },
        { "marked lesions", metrics => metrics with { Segmentation = Sample.Marking.Segmentation }, "the network is a classifier" },
        { "a scan too many", metrics => Scans(metrics, scans => scans with { Counts = [new(0, 3, 4), new(1, 3, 4)] }), "scans' answers do not cover" },
        { "scans of other patients", metrics => Scans(metrics, scans => scans with { Counts = [new(0, 3, 4), new(1, 2, 3)] }), "within the validation part" },
        { "more scans than slices", metrics => Scans(metrics, scans => scans with { Counts = [new(0, 3, 16), new(1, 3, 3)] }), "within the validation part" },
        { "a cut-off of its own", metrics => CutOff(metrics, 3, at => at with { CutOff = 0.45 }), "cut-offs are not" },
        { "a cut-off missing", metrics => Scans(metrics, scans => scans with { CutOffs = [.. scans.CutOffs.Skip(1)] }), "cut-offs are not" },
        { "a cut-off that is nothing", metrics => Scans(metrics, scans => scans with { CutOffs = [null!, .. scans.CutOffs.Skip(1)] }), "cut-offs are not" },
        { "a scan's accuracy of its own", metrics => CutOff(metrics, 0, at => at with { Answers = at.Answers with { Accuracy = 0.9 } }), "scans' answers do not cover" },
        { "more scans positive at a higher cut-off", metrics => CutOff(metrics, 8, at => at with { Answers = metrics.Scans!.CutOffs[0].Answers }), "more at a higher cut-off" },
        { "a scan's AUC above one", metrics => Scans(metrics, scans => scans with { Auc = 2 }), "out of its range" },
        { "counts of preparation that do not add up", metrics => metrics with { Preparation = metrics.Preparation! with { Seen = 161 } }, "do not add up" },
        { "a negative count of preparation", metrics => metrics with { Preparation = metrics.Preparation! with { Constant = -1, NotAxial = 12 } }, "do not add up" },
        { "fewer slices kept than learned from", metrics => metrics with { Preparation = metrics.Preparation! with { Kept = 124, NotAxial = 16 } }, "fewer slices than were learned from" },
        { "an epoch of pre-training too few", metrics => metrics with { PretrainingEpochs = [1, 1] }, "other epochs of pre-training" },
        { "a negative loss of pre-training", metrics => metrics with { PretrainingEpochs = [1, 1, -1] }, "other epochs of pre-training" },
        { "weights that patience did not wait after", metrics => metrics with { KeptEpoch = 2 }, "not of weights that the job keeps" },
        { "no scans", metrics => metrics with { Scans = null }, "scans' metrics are missing" },
        { "no intervals", metrics => Final(metrics, final => final with { Intervals = null }), "interval of the final metrics is missing" },
        { "no intervals of scans", metrics => Scans(metrics, scans => scans with { Intervals = null }), "interval of the scans' metrics is missing" },
        { "no preparation", metrics => metrics with { Preparation = null }, "counts are missing" },
        { "no adversarial training", metrics => metrics with { Adversarial = null }, "adversarial training are missing" },
        { "no explanation", metrics => metrics with { Explanation = null }, "explanation are missing" },
        { "no regions", metrics => metrics with { Active = null }, "active learning are missing" },
        { "a loss of more than a million", metrics => Final(metrics, final => final with { Loss = 1.1e6 }), "out of its range" },
        { "a region of a classifier", metrics => Region(metrics, region => region with { Row = 3 }), "out of its range" },
        { "an end before patience was over", metrics => metrics with { Epochs = [metrics.Epochs[0]], Steps = 12 }, "early end after 1" },
        { "weights of no epoch", metrics => metrics with { KeptEpoch = 3 }, "not of weights that the job keeps" },
        { "weights of nothing", metrics => metrics with { KeptEpoch = null }, "not of weights that the job keeps" },
        { "a Dice of an epoch", metrics => metrics with { Epochs = [metrics.Epochs[0] with { Dice = 0.5 }, metrics.Epochs[1]] }, "out of its range" },
        { "an attack of two", metrics => metrics with { Adversarial = metrics.Adversarial! with { AttackedAuc = 2 } }, "adversarial training" },
        { "another explanation", metrics => metrics with { Explanation = metrics.Explanation! with { Method = "MARKER" } }, "another method" },
        { "an explanation of too many", metrics => metrics with { Explanation = metrics.Explanation! with { Samples = 26 } }, "explanation are out of their range" },
        { "an energy above one", metrics => metrics with { Explanation = metrics.Explanation! with { EnergyInLung = 1.1 } }, "explanation are out of their range" },
        { "other passes", metrics => metrics with { Active = metrics.Active! with { Passes = 11 } }, "other passes" },
        { "a region too many", metrics => Regions(metrics, new("a1", 1, 1, 0.1, 0.1)), "a region too many" },
        { "a region beside the grid", metrics => Region(metrics, region => region with { Row = 4 }), "out of its range" },
        { "an entropy above a coin's", metrics => Region(metrics, region => region with { Entropy = 0.7 }), "out of its range" },
        { "a disagreement above the entropy", metrics => Region(metrics, region => region with { Bald = 0.65 }), "out of its range" },
        { "free text for a sample", metrics => Region(metrics, region => region with { Sample = "MARKER MARKER" }), "out of its range" },
        { "a region that is nothing", metrics => Region(metrics, _ => null!), "out of its range" },
        { "a region twice", metrics => Region(metrics, _ => metrics.Active!.Regions[1]), "a region twice" },
    };

    [Theory]
    [MemberData(nameof(Dishonest))]
    public void Metrics_that_cannot_be_this_jobs_are_refused(string what, Func<TrialMetrics, TrialMetrics> change, string reason)
    {
        Assert.NotEmpty(what);
        Refused(change(s_honest), reason, Sample.FullRules);
    }

    public static TheoryData<string, TrialMetrics, string> Unasked => new()
    {
        { "slices without lung", Sample.Metrics with { Preparation = new(129, 128, 0, 0, 1, 0, 0, 0, 0) }, "does not look for" },
        { "scans' intervals", Sample.Metrics with { Scans = s_honest.Scans! with { Intervals = s_honest.Scans.Intervals } }, "none was asked for" },
        { "intervals", Sample.Metrics with { Final = s_honest.Final }, "none was asked for" },
        { "adversarial training", Sample.Metrics with { Adversarial = s_honest.Adversarial }, "none was asked for" },
        { "an explanation", Sample.Metrics with { Explanation = s_honest.Explanation }, "another method" },
        { "regions", Sample.Metrics with { Active = s_honest.Active }, "other passes" },
        { "pre-training", Sample.Metrics with { PretrainingEpochs = [1] }, "other epochs of pre-training" },
        { "an early end", Sample.Metrics with { Epochs = [Sample.Metrics.Epochs[0]], Steps = 12, KeptEpoch = 1 }, "another number of epochs than the job's 2" },
        { "an earlier epoch's weights", Sample.Metrics with { KeptEpoch = 1 }, "not of weights that the job keeps" },
    };

    [Theory]
    [MemberData(nameof(Unasked))]
    public void What_the_spec_did_not_ask_for_is_refused(string what, TrialMetrics metrics, string reason)
    {
        Assert.NotEmpty(what);
        Refused(metrics, reason, Sample.Rules with { Spec = Sample.Rules.Spec with { Bootstrap = 0 } });
    }

    [Fact]
    public void Small_numbers_and_ends_of_intervals_leave_without_more_decimals_than_they_mean()
    {
        var tiny = Final(s_honest, final => final with { Loss = 1.23456e-9, CalibrationError = 1.23456e-5, Intervals = final.Intervals! with { Auc = new(0.75049, 0.9996) } });

        var metrics = Accepted(tiny, Sample.FullRules).Metrics.Final!;

        Assert.Equal((0, 1.2e-5, new Interval(0.75, 1)), (metrics.Loss, metrics.CalibrationError, metrics.Intervals!.Auc));
    }

    [Fact]
    public void An_explanation_is_of_no_more_samples_than_the_trainer_explains()
    {
        var many = s_honest with
        {
            Preparation = s_honest.Preparation! with { Kept = 330, Seen = 360 },
            Validation = [new(0, 4, 215), s_honest.Validation[1]],
            Final = s_honest.Final! with { TrueNegatives = 213, Accuracy = 220 / 225.0, Specificity = 213 / 215.0, OddsRatio = 7 * 213 / 6.0 },
            Explanation = s_honest.Explanation! with { Samples = 200 },
        };

        Accepted(many, Sample.FullRules);
        Refused(many with { Explanation = many.Explanation with { Samples = 201 } }, "explanation are out of their range", Sample.FullRules);
    }

    [Fact]
    public void A_rounding_above_one_is_one()
    {
        var perfect = Final(s_honest, final => final with
        {
            PrgArea = 1 + 2e-16, Auc = 1 + 2e-16, Intervals = final.Intervals! with { PrgArea = new(0.5, 1 + 4e-16), Auc = new(1, 1 + 4e-16) },
        });

        var metrics = Accepted(perfect, Sample.FullRules).Metrics.Final!;

        Assert.Equal((1, 1, new Interval(0.5, 1), new Interval(1, 1)), (metrics.PrgArea, metrics.Auc, metrics.Intervals!.PrgArea, metrics.Intervals.Auc));
    }

    [Fact]
    public void Too_few_patients_with_a_healthy_scan_withhold_what_scans_say_of_the_healthy_though_slices_are_enough()
    {
        var few = Scans(s_honest, scans => scans with { Counts = [new(0, 2, 4), new(1, 3, 3)] });

        var metrics = Accepted(few, Sample.FullRules).Metrics;

        var answers = metrics.Scans!.CutOffs[8].Answers;
        Assert.Equal(new(null, null, null, 0.333333, null, null, 1, null, null, 2), answers);
        Assert.True(metrics.Scans is { Auc: null, Loss: null, PrgArea: null, Intervals: { Sensitivity: not null, Specificity: null, Auc: null, F1: null } });
        Assert.Equal([new(0, null, null), new(1, null, null)], metrics.Scans.Counts);
        Assert.True(metrics.Final is { Auc: not null, Specificity: not null, Intervals.Auc: not null });
        Assert.All(metrics.Withheld.Where(withheld => withheld.Path.StartsWith("scans.", StringComparison.Ordinal)), withheld => Assert.Equal("fewer than 3 patients of class 0", withheld.Reason));
        Assert.Equal(metrics.Withheld.DistinctBy(withheld => withheld.Path).Count(), metrics.Withheld.Count);
    }

    [Fact]
    public void Too_few_positives_leave_no_number_that_hangs_on_them()
    {
        var few = s_honest with
        {
            Validation = [s_honest.Validation[0], s_honest.Validation[1] with { Patients = 2 }],
            Scans = s_honest.Scans! with { Counts = [new(0, 3, 4), new(1, 2, 3)] },
        };

        var metrics = Accepted(few, Sample.FullRules).Metrics;

        Assert.True(metrics.Final is { Precision: null, F1: null, OddsRatio: null, PrgArea: null, CalibrationError: null, Specificity: not null });
        Assert.True(metrics.Final!.Intervals is { Auc: null, Accuracy: null, Sensitivity: null, Loss: null, Precision: null, PrgArea: null, F1: null });
        Assert.All(metrics.Scans!.CutOffs, at => Assert.True(at.Answers is { TruePositives: null, FalsePositives: not null, Sensitivity: null, OddsRatio: null }));
        Assert.Equal(new(null, null, null, null, null, null), metrics.Adversarial);
        Assert.Equal(new("gradcam", null, null, null, null, null), metrics.Explanation);
        Assert.Null(metrics.Active);
        Assert.Equal(new(null, null, null, null, null, null, null, null, null), metrics.Preparation);
    }

    [Fact]
    public void Too_few_training_patients_withhold_the_losses_of_pre_training()
    {
        var few = s_honest with { Training = [s_honest.Training[0] with { Patients = 1 }, s_honest.Training[1]] };

        var metrics = Accepted(few, Sample.FullRules).Metrics;

        Assert.Null(metrics.PretrainingEpochs);
        Assert.Contains(new WithheldMetric("pretraining_epochs", "fewer than 3 patients of class 0"), metrics.Withheld);
    }

    [Fact]
    public void Too_few_dropped_patients_withhold_every_count_of_the_preparation()
    {
        var metrics = Accepted(s_honest with { Preparation = s_honest.Preparation! with { PatientsDropped = 2 } }, Sample.FullRules).Metrics;

        Assert.Equal(new(null, null, null, null, null, null, null, null, null), metrics.Preparation);
        Assert.Contains(new WithheldMetric("preparation.patients_dropped", "fewer than 3 patients were dropped"), metrics.Withheld);
        Assert.NotNull(Accepted(s_honest with { Preparation = s_honest.Preparation! with { PatientsDropped = 0 } }, Sample.FullRules).Metrics.Preparation!.Seen);
    }

    [Fact]
    public void Regions_leave_where_a_reviewer_decides_in_one_order_whatever_order_they_came_in()
    {
        var metrics = Accepted(s_honest, Sample.FullRules);
        var reversed = Accepted(s_honest with { Active = s_honest.Active! with { Regions = [.. s_honest.Active.Regions.Reverse()] } }, Sample.FullRules);

        Assert.Equal([("c1", 0.6), ("a1", 0.6), ("b2", 0.69)], metrics.Metrics.Active!.Regions.Select(region => (region.Sample, region.Entropy)));
        Assert.Equal([0.2, 0.1, 0.05], metrics.Metrics.Active.Regions.Select(region => region.Bald));
        Assert.Equal(metrics.Canonical, reversed.Canonical);
    }

    [Fact]
    public void Regions_stay_where_metrics_leave_without_a_reviewer()
    {
        var metrics = Accepted(s_honest, Sample.FullRules with { Egress = Sample.FullRules.Egress with { Metrics = "auto" } }).Metrics;

        Assert.Null(metrics.Active);
        Assert.Contains(new WithheldMetric("active", "names samples, and the permit lets metrics out without a reviewer"), metrics.Withheld);
    }

    [Fact]
    public void Regions_of_samples_that_are_none_of_the_datasets_stay()
    {
        var metrics = Accepted(Region(s_honest, region => region with { Sample = "c3" }), Sample.FullRules).Metrics;

        Assert.Null(metrics.Active);
        Assert.Contains(new WithheldMetric("active", "names samples that are none of the dataset's"), metrics.Withheld);
    }

    [Fact]
    public void Losses_of_pre_training_take_the_progress_values_that_the_epochs_leave()
    {
        var metrics = Accepted(s_honest, Sample.FullRules with { Bounds = Sample.FullRules.Bounds with { ProgressValues = 10 } }).Metrics;

        Assert.Equal(2, metrics.Epochs.Count);
        Assert.Equal(2, metrics.PretrainingEpochs!.Count);
        Assert.Contains(new WithheldMetric("pretraining_epochs", "the permit's progress_values have room for only 2 of 3 epochs of pre-training"), metrics.Withheld);
    }

    private static TrialMetrics Final(TrialMetrics metrics, Func<ClassificationMetrics, ClassificationMetrics> change) => metrics with { Final = change(metrics.Final!) };

    private static TrialMetrics Scans(TrialMetrics metrics, Func<ScanMetrics, ScanMetrics> change) => metrics with { Scans = change(metrics.Scans!) };

    private static TrialMetrics CutOff(TrialMetrics metrics, int index, Func<ScanCutOff, ScanCutOff> change) =>
        Scans(metrics, scans => scans with { CutOffs = [.. scans.CutOffs.Select((at, i) => i == index ? change(at) : at)] });

    private static TrialMetrics Regions(TrialMetrics metrics, RegionScore more) =>
        metrics with { Active = metrics.Active! with { Regions = [.. metrics.Active.Regions, more] } };

    private static TrialMetrics Region(TrialMetrics metrics, Func<RegionScore, RegionScore> change) =>
        metrics with { Active = metrics.Active! with { Regions = [change(metrics.Active.Regions[0]), .. metrics.Active.Regions.Skip(1)] } };
}
