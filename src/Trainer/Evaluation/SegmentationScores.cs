using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Evaluation;

/// <summary>What a network marked in one slice or volume: counts of its pixels, so that no image is held.</summary>
internal readonly record struct MarkedSample(string Patient, Confusion Pixels);

/// <summary>What a network marked in samples whose lesions are known.</summary>
internal sealed record SegmentationScores(IReadOnlyList<MarkedSample> Samples)
{
    private const int Ratios = 5;

    /// <summary>Pooled over all pixels; null where no sample has a lesion and nothing was marked.</summary>
    internal double? Dice => Samples.Aggregate(default(Confusion), (sum, sample) => sum + sample.Pixels).F1;

    /// <param name="bootstrap">Draws for intervals; 0 for none.</param>
    internal SegmentationMetrics Metrics(int bootstrap = 0, long seed = 0)
    {
        var places = ScoreTable.Places([.. Samples.Select(sample => sample.Patient)]);
        var patients = new PatientMarks[places.Count == 0 ? 0 : places.Max() + 1];
        for (var i = 0; i < patients.Length; i++)
        {
            patients[i] = new PatientMarks();
        }

        for (var i = 0; i < Samples.Count; i++)
        {
            patients[places[i]].Add(Samples[i].Pixels);
        }

        var whole = PatientMarks.Sum(patients, [.. patients.Select(_ => 1)]);
        var intervals = bootstrap == 0 || patients.Length == 0
            ? null
            : new Bootstrap(patients.Length, bootstrap, seed).Intervals(weights => PatientMarks.Sum(patients, weights).Values());
        var values = whole.Values();
        var pixels = whole.Pixels;
        return new SegmentationMetrics(
            Samples.Count(sample => sample.Pixels.HasPositives), pixels.TruePositives, pixels.FalsePositives, pixels.TrueNegatives, pixels.FalseNegatives,
            Overlap(values, intervals, 0), Overlap(values, intervals, Ratios));
    }

    private static OverlapMetrics Overlap(IReadOnlyList<double?> values, IReadOnlyList<Interval?>? intervals, int begin) => new(
        values[begin],
        values[begin + 1],
        values[begin + 2],
        values[begin + 3],
        values[begin + 4],
        intervals is null
            ? null
            : new OverlapIntervals(intervals[begin], intervals[begin + 1], intervals[begin + 2], intervals[begin + 3], intervals[begin + 4]));

    /// <summary>Sums over samples, from which ratios over all pixels and means over samples with a lesion follow.</summary>
    private sealed class PatientMarks
    {
        private readonly double[] _sums = new double[Ratios];
        private readonly int[] _counts = new int[Ratios];

        internal Confusion Pixels { get; private set; }

        internal static PatientMarks Sum(PatientMarks[] patients, int[] weights)
        {
            var sum = new PatientMarks();
            for (var i = 0; i < patients.Length; i++)
            {
                sum.Pixels += patients[i].Pixels * weights[i];
                for (var ratio = 0; ratio < Ratios; ratio++)
                {
                    sum._sums[ratio] += patients[i]._sums[ratio] * weights[i];
                    sum._counts[ratio] += patients[i]._counts[ratio] * weights[i];
                }
            }

            return sum;
        }

        internal void Add(Confusion pixels)
        {
            Pixels += pixels;
            if (!pixels.HasPositives)
            {
                return;
            }

            var ratios = Of(pixels);
            for (var ratio = 0; ratio < Ratios; ratio++)
            {
                _sums[ratio] += ratios[ratio] ?? 0;
                _counts[ratio] += ratios[ratio] is null ? 0 : 1;
            }
        }

        /// <summary>Pooled Dice, IoU, PPV, sensitivity and specificity, then their means over samples.</summary>
        internal IReadOnlyList<double?> Values() =>
            [.. Of(Pixels), .. Enumerable.Range(0, Ratios).Select(ratio => _counts[ratio] == 0 ? (double?)null : _sums[ratio] / _counts[ratio])];

        private static double?[] Of(Confusion pixels) => [pixels.F1, pixels.Iou, pixels.Precision, pixels.Sensitivity, pixels.Specificity];
    }
}
