using Scanlock.Contracts.Trials;
using static Scanlock.Egress.Tests.MetricsExit;

namespace Scanlock.Egress.Tests;

/// <summary>The exit for metrics of marked lesions, and of models that are only evaluated.</summary>
[Trait("promise", "P6")]
public sealed class MarkingGateTests
{
    private static readonly TrialMetrics s_honest = Sample.Marking;

    /// <summary>Four healthy scans, none called otherwise.</summary>
    private static readonly AnswerMetrics s_allRight = new(1, null, null, null, 1, null, 0, 0, 4, 0);

    [Fact]
    public void Honest_metrics_of_marked_lesions_pass_with_every_number()
    {
        var metrics = Accepted(s_honest, Sample.MarkingRules).Metrics;

        Assert.Empty(metrics.Withheld);
        Assert.Equal(24_600, metrics.Segmentation!.TrueNegatives);
        Assert.Equal(0.991935, metrics.Segmentation.Pooled.Specificity);
        Assert.Equal(new Interval(0.5, 0.7), metrics.Segmentation.PerSlice.Intervals!.Iou);
        Assert.Equal(0.75, metrics.Epochs[1].Dice);
    }

    public static TheoryData<string, Func<TrialMetrics, TrialMetrics>, string> Dishonest => new()
    {
        { "nothing marked", metrics => metrics with { Segmentation = null }, "marked lesions are missing" },
        { "a classifier's answers", metrics => metrics with { Final = Sample.Metrics.Final }, "the network marks lesions" },
        { "a classifier's scans", metrics => metrics with { Scans = Sample.FullMetrics.Scans }, "does not classify slices" },
        { "a count missing", metrics => Marked(metrics, marked => marked with { TrueNegatives = null }), "lack a count of pixels" },
        { "pixels beyond the images", metrics => Marked(metrics, marked => marked with { TrueNegatives = 24_601 }), "pixels of marked lesions are not those" },
        { "another number of slices", metrics => Marked(metrics, marked => marked with { LesionSlices = 9 }), "pixels of marked lesions are not those" },
        { "a Dice of its own", metrics => Marked(metrics, marked => marked with { Pooled = marked.Pooled with { Dice = 0.8 } }), "pooled ratio" },
        { "an IoU of its own", metrics => Marked(metrics, marked => marked with { Pooled = marked.Pooled with { Iou = 0.75 } }), "pooled ratio" },
        { "a mean Dice below the mean IoU", metrics => Marked(metrics, marked => marked with { PerSlice = marked.PerSlice with { Dice = 0.5 } }), "do not belong together" },
        { "a mean Dice beyond what its IoU allows", metrics => Marked(metrics, marked => marked with { PerSlice = marked.PerSlice with { Dice = 0.75 } }), "do not belong together" },
        { "a mean above one", metrics => Marked(metrics, marked => marked with { PerSlice = marked.PerSlice with { Ppv = 1.1 } }), "out of its range" },
        { "an interval upside down", metrics => Marked(metrics, marked => marked with { Pooled = marked.Pooled with { Intervals = marked.Pooled.Intervals! with { Ppv = new(0.9, 0.1) } } }), "does not run upwards" },
        { "an epoch's accuracy", metrics => metrics with { Epochs = [metrics.Epochs[0] with { Accuracy = 0.5 }, metrics.Epochs[1]] }, "out of its range" },
        { "an epoch's Dice above one", metrics => metrics with { Epochs = [metrics.Epochs[0] with { Dice = 1.5 }, metrics.Epochs[1]] }, "out of its range" },
    };

    [Theory]
    [MemberData(nameof(Dishonest))]
    public void Metrics_that_cannot_be_this_jobs_are_refused(string what, Func<TrialMetrics, TrialMetrics> change, string reason)
    {
        Assert.NotEmpty(what);
        Refused(change(s_honest), reason, Sample.MarkingRules);
    }

    [Fact]
    public void Too_few_patients_with_a_lesion_leave_only_what_is_about_all()
    {
        var few = s_honest with { Validation = [s_honest.Validation[0], s_honest.Validation[1] with { Patients = 2 }] };

        var accepted = Accepted(few, Sample.MarkingRules);

        var marked = accepted.Metrics.Segmentation!;
        Assert.True(marked is { TruePositives: null, FalseNegatives: null, LesionSlices: null, FalsePositives: null });
        Assert.True(marked.Pooled is { Dice: null, Iou: null, Ppv: null, Sensitivity: null, Intervals: { Dice: null, Specificity: null } });
        Assert.True(marked.PerSlice is { Dice: null, Specificity: null, Intervals.Iou: null });
        Assert.All(accepted.Metrics.Epochs, epoch => Assert.Null(epoch.Dice));
        Assert.True(accepted.SaysNothing == accepted.Metrics.Epochs.All(epoch => epoch.Loss is null));
    }

    [Fact]
    public void Too_few_patients_without_a_lesion_withhold_what_their_pixels_alone_change()
    {
        var few = s_honest with { Validation = [s_honest.Validation[0] with { Patients = 2 }, s_honest.Validation[1]] };

        var metrics = Accepted(few, Sample.MarkingRules).Metrics;

        var marked = metrics.Segmentation!;

        Assert.All(metrics.Epochs, epoch => Assert.Null(epoch.Dice));
        Assert.True(marked is { TruePositives: 600, FalseNegatives: 200, FalsePositives: null, TrueNegatives: null });
        Assert.True(marked.Pooled is { Sensitivity: 0.75, Specificity: null, Dice: null });
        Assert.True(marked.PerSlice is { Dice: 0.7, Specificity: 0.98 });
    }

    [Fact]
    public void That_every_patient_has_a_lesion_withholds_nothing_of_the_lesions()
    {
        var all = s_honest with
        {
            Validation = [new(0, 0, 0), new(1, 3, 25)],
            Segmentation = s_honest.Segmentation! with { LesionSlices = 25 },
        };

        var metrics = Accepted(all, Sample.MarkingRules).Metrics;

        Assert.Empty(metrics.Withheld);
    }

    [Fact]
    public void Where_a_few_classes_leave_nothing_that_is_said()
    {
        var few = s_honest with
        {
            Training = [.. s_honest.Training.Select(one => one with { Patients = 1 })],
            Validation = [.. s_honest.Validation.Select(one => one with { Patients = 1 })],
        };

        Assert.True(Accepted(few, Sample.MarkingRules with { Minima = Sample.Rules.Minima with { Patients = 2 } }).SaysNothing);
        Assert.False(Accepted(s_honest, Sample.MarkingRules).SaysNothing);
    }

    [Fact]
    public void A_model_that_is_only_evaluated_has_no_steps_and_nobody_in_training()
    {
        var metrics = Accepted(Sample.Evaluation, Sample.EvaluationRules).Metrics;

        Assert.Empty(metrics.Withheld);
        Assert.Equal([new(0, 0, 0), new(1, 0, 0)], metrics.Training);
        Assert.Equal(0.8, metrics.Final!.Accuracy);
    }

    [Fact]
    public void A_class_that_nobody_is_of_withholds_nothing_of_the_other()
    {
        var healthy = Sample.Evaluation with
        {
            Validation = [new(0, 4, 25), new(1, 0, 0)],
            Final = new(0.65, 0.8, 0, 0, null, null, null, 0.8, null, 0.125, 0, 5, 20, 0, Intervals: null),
            Scans = new([new(0, 4, 4), new(1, 0, 0)], 0.4, null, null, [.. ScanMetrics.CutOffShares.Select(share => new ScanCutOff(share, s_allRight))], Intervals: null),
        };

        var metrics = Accepted(healthy, Sample.EvaluationRules).Metrics;

        Assert.Equal((0.65, 0.8, 0.8, 20), (metrics.Final!.Loss, metrics.Final.Accuracy, metrics.Final.Specificity, metrics.Final.TrueNegatives));
        Assert.Equal(healthy.Validation, metrics.Validation);
        Assert.All(metrics.Withheld, withheld => Assert.Equal("cannot be computed from this data", withheld.Reason));
    }

    [Fact]
    public void A_training_is_no_evaluation()
    {
        Refused(Sample.Metrics with { Task = "evaluate" }, "the job only evaluates", Sample.EvaluationRules);
        Refused(Sample.Evaluation with { KeptEpoch = 1 }, "the job only evaluates", Sample.EvaluationRules);
        Refused(Sample.Evaluation with { Steps = 24 }, "the job only evaluates", Sample.EvaluationRules);
        Refused(Sample.Evaluation with { Task = "classify" }, "another number of epochs");
    }

    private static TrialMetrics Marked(TrialMetrics metrics, Func<SegmentationMetrics, SegmentationMetrics> change) =>
        metrics with { Segmentation = change(metrics.Segmentation!) };
}
