namespace Scanlock.Trainer.Evaluation;

/// <summary>Sensitivity over 1 - specificity (Fawcett, Pattern Recognition Letters 2006).</summary>
internal static class RocCurve
{
    /// <summary>
    /// Trapezoids under the operating points, which is Mann and Whitney's statistic with ties counting half; null where a class is missing.
    /// Counts stay whole until the one division, so that the area is exact.
    /// </summary>
    internal static double? Area(ReadOnlySpan<long> truePositives, ReadOnlySpan<long> falsePositives)
    {
        var positives = truePositives[^1];
        var negatives = falsePositives[^1];
        if (positives == 0 || negatives == 0)
        {
            return null;
        }

        long twice = 0;
        for (var i = 1; i < truePositives.Length; i++)
        {
            twice += (falsePositives[i] - falsePositives[i - 1]) * (truePositives[i] + truePositives[i - 1]);
        }

        return twice / (2.0 * positives * negatives);
    }
}
