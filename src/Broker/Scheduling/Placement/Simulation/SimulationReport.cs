namespace Scanlock.Broker.Scheduling.Placement.Simulation;

/// <summary>What came of a trace.</summary>
/// <param name="Seconds">From the first trial's coming to the last one's end.</param>
/// <param name="Utilisation">Slot-seconds in use over slot-seconds there were; a slot that waits for its data is not in use.</param>
/// <param name="Fairness">Jain's index over projects, or null where no two ever wanted the same slots.</param>
/// <param name="Never">Trials that no site could ever take, with the reason.</param>
/// <param name="LongestDecision">Of all decisions.</param>
internal sealed record SimulationReport(
    int Trials,
    double Seconds,
    double Utilisation,
    double? Fairness,
    IReadOnlyList<ProjectOutcome> Projects,
    IReadOnlyList<PlacementAct.Wait> Never,
    int Decisions,
    int Preemptions,
    long StagedBytes,
    TimeSpan LongestDecision);

/// <param name="MedianWait">Seconds from coming to the (last) start.</param>
/// <param name="Share">What it held while it and others wanted more, over what its weight entitled it to; null where that never came up.</param>
internal sealed record ProjectOutcome(string Name, int Trials, double MedianWait, double Percentile95Wait, double? Share);

internal static class Fairness
{
    /// <summary>
    /// Jain's index, (sum x)^2 / (n sum x^2): 1 where all have the same, 1/n where one has everything (R. Jain, D. Chiu, W. Hawe: A
    /// quantitative measure of fairness and discrimination for resource allocation in shared computer systems, DEC TR-301, 1984).
    /// </summary>
    public static double? Jain(IReadOnlyCollection<double> shares) =>
        shares.Count > 0 && shares.Sum(share => share * share) is > 0 and var squares ? shares.Sum() * shares.Sum() / (shares.Count * squares) : null;

    /// <summary>The nearest-rank percentile; 0 of nothing.</summary>
    public static double Percentile(IEnumerable<double> values, double percent)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? 0 : sorted[Math.Max(0, (int)Math.Ceiling(sorted.Count * percent / 100) - 1)];
    }
}
