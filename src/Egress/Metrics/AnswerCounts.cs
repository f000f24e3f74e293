using Scanlock.Contracts.Trials;

namespace Scanlock.Egress;

/// <summary>Right and wrong answers of each class, or pixels; what is said of them must be what they make.</summary>
internal sealed record AnswerCounts(long TruePositives, long FalsePositives, long TrueNegatives, long FalseNegatives)
{
    private long Positives => TruePositives + FalseNegatives;

    private long Negatives => TrueNegatives + FalsePositives;

    /// <summary>Null where a count is missing or negative.</summary>
    public static AnswerCounts? Of(long? truePositives, long? falsePositives, long? trueNegatives, long? falseNegatives) =>
        (truePositives, falsePositives, trueNegatives, falseNegatives) is (>= 0 and var tp, >= 0 and var fp, >= 0 and var tn, >= 0 and var fn)
            ? new AnswerCounts(tp, fp, tn, fn)
            : null;

    public static AnswerCounts? Of(AnswerMetrics said) => Of(said.TruePositives, said.FalsePositives, said.TrueNegatives, said.FalseNegatives);

    public bool Cover(IReadOnlyList<ClassCount> classes) => Negatives == classes[0].Samples && Positives == classes[1].Samples;

    public bool Give(AnswerMetrics said) =>
        Follows.IsRatio(said.Accuracy, TruePositives + TrueNegatives, Positives + Negatives)
        && Follows.IsRatio(said.F1, 2.0 * TruePositives, (2.0 * TruePositives) + FalsePositives + FalseNegatives)
        && Follows.IsRatio(said.Precision, TruePositives, TruePositives + FalsePositives)
        && Follows.IsRatio(said.Sensitivity, TruePositives, Positives)
        && Follows.IsRatio(said.Specificity, TrueNegatives, Negatives)
        && GiveOddsRatio(said.OddsRatio);

    public bool Give(OverlapMetrics said) =>
        Follows.IsRatio(said.Dice, 2.0 * TruePositives, (2.0 * TruePositives) + FalsePositives + FalseNegatives)
        && Follows.IsRatio(said.Iou, TruePositives, TruePositives + FalsePositives + FalseNegatives)
        && Follows.IsRatio(said.Ppv, TruePositives, TruePositives + FalsePositives)
        && Follows.IsRatio(said.Sensitivity, TruePositives, Positives)
        && Follows.IsRatio(said.Specificity, TrueNegatives, Negatives);

    private bool GiveOddsRatio(double? said)
    {
        if (Positives == 0 || Negatives == 0)
        {
            return said is null;
        }

        // Haldane and Anscombe: a half for each where one is nothing.
        var half = Math.Min(Math.Min(TruePositives, FalsePositives), Math.Min(TrueNegatives, FalseNegatives)) == 0 ? 0.5 : 0;
        return Follows.Is(said, (TruePositives + half) * (TrueNegatives + half) / ((FalsePositives + half) * (FalseNegatives + half)));
    }
}
