using System.Runtime.InteropServices;
using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Evaluation;

/// <summary>Right and wrong answers of each class, and the ratios that follow from them; null where there is nothing to divide by.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Confusion(long TruePositives, long FalsePositives, long TrueNegatives, long FalseNegatives)
{
    private long Positives => TruePositives + FalseNegatives;

    private long Negatives => TrueNegatives + FalsePositives;

    internal bool HasPositives => Positives > 0;

    internal double? Accuracy => Ratio(TruePositives + TrueNegatives, Positives + Negatives);

    /// <summary>F1 of a classifier; of pixels the same number is called Dice.</summary>
    internal double? F1 => Ratio(2 * TruePositives, (2 * TruePositives) + FalsePositives + FalseNegatives);

    internal double? Iou => Ratio(TruePositives, TruePositives + FalsePositives + FalseNegatives);

    internal double? Precision => Ratio(TruePositives, TruePositives + FalsePositives);

    internal double? Sensitivity => Ratio(TruePositives, Positives);

    internal double? Specificity => Ratio(TrueNegatives, Negatives);

    /// <summary>With Haldane's and Anscombe's half where a count is 0; null where a class is missing.</summary>
    internal double? OddsRatio
    {
        get
        {
            if (Positives == 0 || Negatives == 0)
            {
                return null;
            }

            var half = TruePositives == 0 || FalsePositives == 0 || TrueNegatives == 0 || FalseNegatives == 0 ? 0.5 : 0;
            return (TruePositives + half) * (TrueNegatives + half) / ((FalsePositives + half) * (FalseNegatives + half));
        }
    }

    public static Confusion operator +(Confusion a, Confusion b) => new(
        a.TruePositives + b.TruePositives, a.FalsePositives + b.FalsePositives, a.TrueNegatives + b.TrueNegatives, a.FalseNegatives + b.FalseNegatives);

    public static Confusion operator *(Confusion a, int times) => new(
        a.TruePositives * times, a.FalsePositives * times, a.TrueNegatives * times, a.FalseNegatives * times);

    /// <summary>One answer.</summary>
    internal static Confusion Of(bool calledPositive, bool isPositive) => (calledPositive, isPositive) switch
    {
        (true, true) => new(1, 0, 0, 0),
        (true, false) => new(0, 1, 0, 0),
        (false, false) => new(0, 0, 1, 0),
        (false, true) => new(0, 0, 0, 1),
    };

    internal AnswerMetrics Answers() => new(
        Accuracy, F1, Precision, Sensitivity, Specificity, OddsRatio, (int)TruePositives, (int)FalsePositives, (int)TrueNegatives, (int)FalseNegatives);

    private static double? Ratio(long part, long whole) => whole == 0 ? null : part / (double)whole;
}
