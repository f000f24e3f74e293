using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Evaluation;

/// <summary>What a two-class network said of a sample whose class is known.</summary>
/// <param name="Margin">Logit of class 1 minus logit of class 0: above 0 is more likely 1.</param>
internal readonly record struct ScoredSample(double Margin, int Class, string Patient, string Series);

/// <summary>What a two-class network said of samples; who asked it does not matter, nor how it was trained.</summary>
internal sealed record Scores(IReadOnlyList<ScoredSample> Samples)
{
    internal bool AreFinite => Samples.All(sample => double.IsFinite(sample.Margin));

    /// <summary>Per sample.</summary>
    /// <param name="bootstrap">Draws for intervals; 0 for none.</param>
    internal ClassificationMetrics Metrics(int bootstrap = 0, long seed = 0)
    {
        var table = new ScoreTable(
            [.. Samples.Select(sample => sample.Margin)],
            [.. Samples.Select(sample => sample.Margin >= 0)],
            [.. Samples.Select(sample => sample.Class == 1)],
            [.. Samples.Select(sample => LogLoss.Of(sample.Margin, sample.Class == 1))],
            [.. Samples.Select(sample => sample.Patient)]);
        var whole = table.Whole();
        var answers = whole.Confusion.Answers();
        return new ClassificationMetrics(
            whole.Loss, answers.Accuracy, answers.F1, answers.Precision, whole.Auc, whole.PrgArea, answers.Sensitivity, answers.Specificity,
            answers.OddsRatio, Calibration.Error([.. Samples.Select(sample => sample.Margin)], [.. Samples.Select(sample => sample.Class == 1)]),
            answers.TruePositives, answers.FalsePositives, answers.TrueNegatives, answers.FalseNegatives, table.Intervals(bootstrap, seed));
    }

    /// <summary>Per scan, by the share of its slices that are called positive.</summary>
    internal ScanMetrics Scans(int bootstrap = 0, long seed = 0) => ScanScores.Of(Samples).Metrics(bootstrap, seed);
}
