namespace Scanlock.Trainer.Evaluation;

/// <summary>Whether probabilities mean what they say.</summary>
internal static class Calibration
{
    private const int Bins = 15;

    /// <summary>
    /// Expected calibration error (Guo, Pleiss, Sun and Weinberger, ICML 2017): the mean distance between the confidence in what was answered
    /// and how often it was right, over bins of equal width that hold their upper edge; null without answers.
    /// </summary>
    /// <param name="margins">Logit of class 1 minus logit of class 0.</param>
    internal static double? Error(IReadOnlyList<double> margins, IReadOnlyList<bool> positive)
    {
        if (margins.Count == 0)
        {
            return null;
        }

        var confidence = new double[Bins];
        var right = new int[Bins];
        for (var i = 0; i < margins.Count; i++)
        {
            var sure = 1 / (1 + Math.Exp(-Math.Abs(margins[i])));
            var bin = Math.Clamp((int)Math.Ceiling(sure * Bins) - 1, 0, Bins - 1);
            confidence[bin] += sure;
            right[bin] += (margins[i] >= 0) == positive[i] ? 1 : 0;
        }

        return Enumerable.Range(0, Bins).Sum(bin => Math.Abs(right[bin] - confidence[bin])) / margins.Count;
    }
}
