namespace Scanlock.Trainer.Evaluation;

/// <summary>
/// The precision-recall-gain curve (Flach and Kull, NeurIPS 2015). With P positives and N negatives the gains are
/// precision gain = 1 - (P / N) (FP / TP) and recall gain = 1 - (P / N) (FN / TP): 0 is what calling everything positive gets, 1 is perfect.
/// </summary>
internal static class PrecisionRecallGain
{
    /// <summary>
    /// Area where recall gain is from 0 to 1, between points in straight lines (which is right in these coordinates), cut where the curve
    /// crosses recall gain 0; from -N / P to 1, null where a class is missing.
    /// </summary>
    internal static double? Area(ReadOnlySpan<long> truePositives, ReadOnlySpan<long> falsePositives)
    {
        double positives = truePositives[^1];
        double negatives = falsePositives[^1];
        if (positives == 0 || negatives == 0)
        {
            return null;
        }

        // Recall gain is 0 where recall is the share of positives; before it the curve does not count.
        var begin = positives * positives / (positives + negatives);
        var area = 0.0;
        for (var i = 1; i < truePositives.Length; i++)
        {
            if (truePositives[i] <= begin)
            {
                continue;
            }

            double tp = truePositives[i - 1];
            double fp = falsePositives[i - 1];
            if (tp < begin)
            {
                fp += (begin - tp) / (truePositives[i] - tp) * (falsePositives[i] - fp);
                tp = begin;
            }

            area += (RecallGain(truePositives[i]) - RecallGain(tp)) * (PrecisionGain(tp, fp) + PrecisionGain(truePositives[i], falsePositives[i])) / 2;
        }

        // A sum of parts that make 1 can be a rounding above it.
        return Math.Min(1, area);

        double RecallGain(double tp) => 1 - (positives / negatives * (positives - tp) / tp);
        double PrecisionGain(double tp, double fp) => 1 - (positives / negatives * fp / tp);
    }
}
