using Scanlock.Contracts.Trials;

namespace Scanlock.Egress;

/// <summary>What cannot be true of metrics of marked lesions.</summary>
internal static class SegmentationFaults
{
    public static IEnumerable<string> Of(TrialMetrics metrics, TrialSpec spec)
    {
        var segments = TrialNetworks.Of(spec.Network).Task == TrialSpec.Segment;
        if (metrics.Segmentation is not { } marked)
        {
            return segments ? ["the metrics of marked lesions are missing"] : [];
        }

        return segments ? Marked(marked, metrics.Validation, spec) : ["the metrics are of marked lesions, the network is a classifier"];
    }

    private static IEnumerable<string> Marked(SegmentationMetrics marked, IReadOnlyList<ClassCount> validation, TrialSpec spec)
    {
        if (AnswerCounts.Of(marked.TruePositives, marked.FalsePositives, marked.TrueNegatives, marked.FalseNegatives) is not { } pixels)
        {
            yield return "the metrics of marked lesions lack a count of pixels";
        }
        else if (!Cover(pixels, marked.LesionSlices, validation, spec))
        {
            yield return "the pixels of marked lesions are not those of the validation samples, or lesions are not on the samples that have one";
        }
        else if (!pixels.Give(marked.Pooled))
        {
            yield return "a pooled ratio of marked lesions does not follow from the pixels";
        }

        var slices = marked.PerSlice;
        double?[] shares = [slices.Dice, slices.Iou, slices.Ppv, slices.Sensitivity, slices.Specificity];
        if (!shares.All(Follows.IsShareOrNone) || !AreMeansOfOne(slices.Dice, slices.Iou))
        {
            yield return "a mean over slices of marked lesions is out of its range, or Dice and IoU do not belong together";
        }

        if (!AreIntervals(marked.Pooled.Intervals, spec) || !AreIntervals(slices.Intervals, spec))
        {
            yield return "an interval of marked lesions is missing, does not run upwards in its range, or none was asked for";
        }
    }

    private static bool Cover(AnswerCounts pixels, int? lesionSlices, IReadOnlyList<ClassCount> validation, TrialSpec spec)
    {
        if (!Follows.AreClasses(validation) || lesionSlices != validation[1].Samples)
        {
            return false;
        }

        var depth = TrialNetworks.Of(spec.Network).Dimensions == 3 ? spec.Depth : 1;
        var each = (long)spec.ImageSize * spec.ImageSize * depth;
        var lesions = pixels.TruePositives + pixels.FalseNegatives;
        return lesions + pixels.TrueNegatives + pixels.FalsePositives == each * validation.Sum(one => (long)one.Samples!.Value)
            && lesions >= lesionSlices && lesions <= each * lesionSlices;
    }

    /// <summary>Of one slice Dice = 2 IoU / (1 + IoU), which bends down: means of both lie between IoU and that.</summary>
    private static bool AreMeansOfOne(double? dice, double? iou) => (dice, iou) switch
    {
        (null, null) => true,
        ({ } d, { } j) => Follows.AtMost(j, d) && Follows.AtMost(d, 2 * j / (1 + j)),
        _ => false,
    };

    private static bool AreIntervals(OverlapIntervals? intervals, TrialSpec spec) =>
        intervals is null
            ? spec.Bootstrap == 0
            : spec.Bootstrap > 0
            && new[] { intervals.Dice, intervals.Iou, intervals.Ppv, intervals.Sensitivity, intervals.Specificity }.All(one => Follows.IsInside(one, 0, 1));
}
