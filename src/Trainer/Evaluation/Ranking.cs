namespace Scanlock.Trainer.Evaluation;

/// <summary>
/// Answers in falling order of score, sorted once, so that the curves of any weighting of patients (a bootstrap's draws) take one walk.
/// </summary>
internal sealed class Ranking
{
    private readonly int[] _group;
    private readonly int[] _place;
    private readonly bool[] _positive;

    /// <param name="places">Of each answer, the place of its patient among the weights.</param>
    internal Ranking(IReadOnlyList<double> scores, IReadOnlyList<bool> positive, IReadOnlyList<int> places)
    {
        var order = Enumerable.Range(0, scores.Count).ToArray();
        Array.Sort([.. scores.Select(score => -score)], order);
        _group = new int[order.Length];
        for (var i = 1; i < order.Length; i++)
        {
            _group[i] = _group[i - 1] + (scores[order[i]] == scores[order[i - 1]] ? 0 : 1);
        }

        _place = [.. order.Select(i => places[i])];
        _positive = [.. order.Select(i => positive[i])];
        Points = order.Length == 0 ? 1 : _group[^1] + 2;
    }

    /// <summary>Operating points of the curve: none called positive, then one more group of tied answers each, until all are.</summary>
    internal int Points { get; }

    /// <summary>Counts true and false positives at each operating point.</summary>
    /// <param name="weights">How often each patient counts.</param>
    /// <param name="truePositives">Room for <see cref="Points"/> counts; rising from 0.</param>
    /// <param name="falsePositives">The same.</param>
    internal void Walk(ReadOnlySpan<int> weights, Span<long> truePositives, Span<long> falsePositives)
    {
        long tp = 0;
        long fp = 0;
        truePositives[0] = falsePositives[0] = 0;
        for (var i = 0; i < _group.Length; i++)
        {
            var weight = weights[_place[i]];
            tp += _positive[i] ? weight : 0;
            fp += _positive[i] ? 0 : weight;
            truePositives[_group[i] + 1] = tp;
            falsePositives[_group[i] + 1] = fp;
        }
    }
}
