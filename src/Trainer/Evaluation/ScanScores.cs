using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Evaluation;

/// <summary>What a network's answers about slices say of a scan.</summary>
/// <param name="Share">Share of slices called positive.</param>
/// <param name="Probability">Mean probability of class 1 over the slices.</param>
/// <param name="Positive">Whether one slice at least is of class 1.</param>
internal readonly record struct ScoredScan(string Patient, double Share, double Probability, bool Positive);

/// <summary>The slice-proportion rule: a scan is called positive where the share of its slices called positive is at least a cut-off.</summary>
internal sealed record ScanScores(IReadOnlyList<ScoredScan> Scans)
{
    private const double Middle = 0.5;

    /// <summary>Pseudonyms of series need not tell patients apart, so a scan is a patient's series.</summary>
    internal static ScanScores Of(IReadOnlyList<ScoredSample> slices) => new(
    [
        .. slices.GroupBy(slice => (slice.Patient, slice.Series))
            .OrderBy(scan => scan.Key.Patient, StringComparer.Ordinal).ThenBy(scan => scan.Key.Series, StringComparer.Ordinal)
            .Select(scan => new ScoredScan(
                scan.Key.Patient,
                scan.Count(slice => slice.Margin >= 0) / (double)scan.Count(),
                scan.Average(slice => 1 / (1 + Math.Exp(-slice.Margin))),
                scan.Any(slice => slice.Class == 1))),
    ]);

    internal ScanMetrics Metrics(int bootstrap, long seed)
    {
        var table = new ScoreTable(
            [.. Scans.Select(scan => scan.Share)],
            [.. Scans.Select(scan => scan.Share >= Middle)],
            [.. Scans.Select(scan => scan.Positive)],
            [.. Scans.Select(scan => LogLoss.OfProbability(scan.Probability, scan.Positive))],
            [.. Scans.Select(scan => scan.Patient)]);
        var whole = table.Whole();
        return new ScanMetrics(
            [Count(0), Count(1)],
            whole.Loss,
            whole.Auc,
            whole.PrgArea,
            [.. ScanMetrics.CutOffShares.Select(cutOff => new ScanCutOff(cutOff, At(cutOff).Answers()))],
            table.Intervals(bootstrap, seed));
    }

    private Confusion At(double cutOff) =>
        Scans.Aggregate(default(Confusion), (sum, scan) => sum + Confusion.Of(scan.Share >= cutOff, scan.Positive));

    private ClassCount Count(int of)
    {
        var scans = Scans.Where(scan => scan.Positive == (of == 1)).ToList();
        return new ClassCount(of, scans.Select(scan => scan.Patient).Distinct(StringComparer.Ordinal).Count(), scans.Count);
    }
}
