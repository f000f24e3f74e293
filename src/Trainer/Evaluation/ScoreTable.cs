using System.Runtime.InteropServices;
using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Evaluation;

/// <summary>Numbers of one weighting of patients.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Measured(Confusion Confusion, double? Loss, double? Auc, double? PrgArea);

/// <summary>
/// Answers with their patients, prepared so that every weighting of the patients is measured in one walk: losses and confusion are summed
/// by patient beforehand, and scores are sorted once.
/// </summary>
internal sealed class ScoreTable
{
    private readonly Ranking _ranking;
    private readonly int _patients;
    private readonly Confusion[] _confusion;
    private readonly double[] _loss;
    private readonly int[] _answers;
    private readonly long[] _truePositives;
    private readonly long[] _falsePositives;

    /// <param name="scores">Higher is more likely positive.</param>
    /// <param name="called">What was called positive.</param>
    internal ScoreTable(
        IReadOnlyList<double> scores, IReadOnlyList<bool> called, IReadOnlyList<bool> positive, IReadOnlyList<double> losses, IReadOnlyList<string> patients)
    {
        var places = Places(patients);
        _patients = places.Count == 0 ? 0 : places.Max() + 1;
        _ranking = new Ranking(scores, positive, places);
        _confusion = new Confusion[_patients];
        _loss = new double[_patients];
        _answers = new int[_patients];
        for (var i = 0; i < places.Count; i++)
        {
            _confusion[places[i]] += Confusion.Of(called[i], positive[i]);
            _loss[places[i]] += losses[i];
            _answers[places[i]]++;
        }

        _truePositives = new long[_ranking.Points];
        _falsePositives = new long[_ranking.Points];
    }

    /// <summary>Each patient once.</summary>
    internal Measured Whole()
    {
        var once = new int[_patients];
        Array.Fill(once, 1);
        return Measure(once);
    }

    /// <summary>Null without draws.</summary>
    internal ClassificationIntervals? Intervals(int draws, long seed)
    {
        if (draws == 0 || _patients == 0)
        {
            return null;
        }

        var of = new Bootstrap(_patients, draws, seed).Intervals(weights =>
        {
            var (confusion, loss, auc, prg) = Measure(weights);
            return [loss, confusion.Accuracy, confusion.F1, confusion.Precision, auc, prg, confusion.Sensitivity, confusion.Specificity];
        });
        return new ClassificationIntervals(of[0], of[1], of[2], of[3], of[4], of[5], of[6], of[7]);
    }

    /// <summary>The same numbers for the same patients in the order in which they come: from 0, each as it is first seen in ordinal order.</summary>
    internal static IReadOnlyList<int> Places(IReadOnlyList<string> patients)
    {
        var places = patients.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select((patient, place) => (patient, place)).ToDictionary(pair => pair.patient, pair => pair.place, StringComparer.Ordinal);
        return [.. patients.Select(patient => places[patient])];
    }

    private Measured Measure(int[] weights)
    {
        var confusion = default(Confusion);
        var loss = 0.0;
        long answers = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            confusion += _confusion[i] * weights[i];
            loss += _loss[i] * weights[i];
            answers += (long)_answers[i] * weights[i];
        }

        _ranking.Walk(weights, _truePositives, _falsePositives);
        return new Measured(
            confusion,
            answers == 0 ? null : loss / answers,
            RocCurve.Area(_truePositives, _falsePositives),
            PrecisionRecallGain.Area(_truePositives, _falsePositives));
    }
}
