using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Evaluation;

/// <summary>What a two-class network said of slices whose class is known.</summary>
/// <param name="Margins">Logit of class 1 minus logit of class 0: above 0 is more likely 1.</param>
internal sealed record Scores(IReadOnlyList<double> Margins, IReadOnlyList<int> Classes)
{
    internal bool AreFinite => Margins.All(double.IsFinite);

    internal ClassificationMetrics Metrics()
    {
        var (tp, fp, tn, fn) = (0, 0, 0, 0);
        var loss = 0.0;
        for (var i = 0; i < Margins.Count; i++)
        {
            var positive = Margins[i] >= 0;
            _ = (positive, Classes[i]) switch
            {
                (true, 1) => tp++,
                (true, _) => fp++,
                (false, 1) => fn++,
                (false, _) => tn++,
            };
            loss += Softplus(Classes[i] == 1 ? -Margins[i] : Margins[i]);
        }

        return new ClassificationMetrics(
            Ratio(loss, Margins.Count), Ratio(tp + tn, Margins.Count), Auc(), Ratio(tp, tp + fn), Ratio(tn, tn + fp), tp, fp, tn, fn);
    }

    /// <summary>Mann and Whitney's statistic from mean ranks; null where a class is missing.</summary>
    internal double? Auc()
    {
        var order = Enumerable.Range(0, Margins.Count).OrderBy(i => Margins[i]).ToArray();
        double rankSum = 0;
        long positives = 0;
        for (var begin = 0; begin < order.Length;)
        {
            var end = begin + 1;
            while (end < order.Length && Margins[order[end]] == Margins[order[begin]])
            {
                end++;
            }

            var tied = order[begin..end].Count(i => Classes[i] == 1);
            positives += tied;
            rankSum += tied * ((begin + 1 + end) / 2.0);
            begin = end;
        }

        var negatives = order.Length - positives;
        return positives == 0 || negatives == 0
            ? null
            : (rankSum - (positives * (positives + 1) / 2.0)) / (positives * (double)negatives);
    }

    private static double? Ratio(double part, int whole) => whole == 0 ? null : part / whole;

    /// <summary>ln(1 + e^x), without overflow.</summary>
    private static double Softplus(double x) => Math.Max(x, 0) + double.LogP1(Math.Exp(-Math.Abs(x)));
}
