namespace Scanlock.Broker.Scheduling.Placement.Simulation;

/// <summary>A project's account in simulated time.</summary>
internal sealed class SimulatedProject(ProjectShare share)
{
    private double _used;
    private double _held;
    private double _entitled;

    public string Name => share.Name;

    public double Weight => share.Weight;

    public int Waiting { get; set; }

    /// <summary>Slots that its placed trials are charged for.</summary>
    public double Slots { get; set; }

    public List<double> Waits { get; } = [];

    public ProjectShare Share => share with { UsedSeconds = _used };

    public ProjectOutcome Outcome => new(Name, Waits.Count, Fairness.Percentile(Waits, 50), Fairness.Percentile(Waits, 95), _entitled > 0 ? _held / _entitled : null);

    /// <param name="contended">Slots that projects hold that want more; 0 where fewer than two do.</param>
    /// <param name="weights">Their weights, summed.</param>
    public void Advance(double seconds, TimeSpan halfLife, double contended, double weights)
    {
        var left = Math.Pow(2, -seconds / halfLife.TotalSeconds);
        _used = (_used * left) + (Slots * halfLife.TotalSeconds / Math.Log(2) * (1 - left));
        if (Waiting > 0 && contended > 0)
        {
            _held += Slots * seconds;
            _entitled += contended * Weight / weights * seconds;
        }
    }
}
