namespace Scanlock.Audit;

/// <summary>Collects findings within bounds, joining stretches of the same fault into one.</summary>
internal sealed class Findings
{
    private const int Most = 100;
    private readonly List<Finding> _kept = [];
    private readonly Dictionary<string, Stretch> _stretches = [];

    public IReadOnlyList<Finding> Kept => _kept;
    public long LeftOut { get; private set; }

    public void Add(FindingKind kind, string where, string what, long? first = null, long? last = null)
    {
        var finding = new Finding(kind, where, first, last, what);
        if (_kept.Count < Most)
        {
            _kept.Add(finding);
        }
        else
        {
            LeftOut++;
        }
    }

    /// <summary>Adds a fault of a stretch of entries; joined with the last stretch of the same fault where it follows on.</summary>
    /// <param name="fault">What tells this fault from others.</param>
    /// <param name="what">The sentence, given the first and the last entry of the whole stretch.</param>
    public void AddStretch(FindingKind kind, string fault, string where, long first, long last, Func<long, long, string> what)
    {
        if (_stretches.TryGetValue(fault, out var open) && open.Last + 1 == first)
        {
            _stretches[fault] = open with { Last = last };
            return;
        }

        if (open is not null)
        {
            End(open);
        }

        _stretches[fault] = new Stretch(kind, where, first, last, what);
    }

    /// <summary>Closes the stretches that are open: nothing follows on.</summary>
    public void EndStretches()
    {
        foreach (var stretch in _stretches.Values.OrderBy(s => s.First))
        {
            End(stretch);
        }

        _stretches.Clear();
    }

    private void End(Stretch s) => Add(s.Kind, s.Where, s.What(s.First, s.Last), s.First, s.Last);

    private sealed record Stretch(FindingKind Kind, string Where, long First, long Last, Func<long, long, string> What);
}
