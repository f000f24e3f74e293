using System.Diagnostics;
using System.Text.Json;
using Scanlock.Broker.Scheduling.Placement;
using Scanlock.Broker.Scheduling.Placement.Simulation;

namespace Scanlock.Broker.Bench;

/// <summary>Replays a trace over sites in simulated time and prints what came of it.</summary>
internal static class Simulation
{
    public static async Task<int> RunAsync(string source, int sites, int slots, int trials, int seed, bool json)
    {
        var trace = source switch
        {
            "claire" => SyntheticTraces.Claire(),
            "synthetic" => SyntheticTraces.Seeded(seed, trials),
            _ => await ReadAsync(source),
        };
        var settings = new SimulationSettings([.. Enumerable.Range(1, sites).Select(i => new PlacementSite($"site-{i}", Gpus: slots))], [], TimeSpan.FromHours(24));
        // What is not compiled yet is not measured.
        Simulator.Run(SyntheticTraces.Claire(), settings, TimeProvider.System);
        var clock = Stopwatch.StartNew();
        var report = Simulator.Run(trace, settings, TimeProvider.System);
        var took = clock.Elapsed;

        // All of it on all slots at once, without staging: no order can be faster.
        var ideal = Math.Max(
            trace.Sum(trial => trial.Seconds * FairShare.Slots(trial.Resources)) / (sites * slots),
            trace.Max(trial => trial.At + trial.Seconds) - trace.Min(trial => trial.At));
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                name = $"simulate/{(source is "claire" or "synthetic" ? source : "trace")}", ours = Math.Round(report.Seconds), peer = Math.Round(ideal), unit = "s", ratio = Math.Round(ideal / report.Seconds, 3),
                peer_source = "the sum of all running times over all slots, or the longest one, without staging", took = took.TotalSeconds, report.Utilisation, report.Fairness,
                longest_decision_ms = report.LongestDecision.TotalMilliseconds, report.Decisions, report.Projects,
            }));
            return 0;
        }

        Console.WriteLine($"{report.Trials} trials on {sites} sites of {slots} slots: {Span(report.Seconds)} (no order takes less than {Span(ideal)}), simulated in {took.TotalSeconds:0.0} s");
        Console.WriteLine($"utilisation {report.Utilisation:P1}; fairness (Jain) {report.Fairness?.ToString("0.000") ?? "-"}; staged {report.StagedBytes / 1e9:0} GB; preempted {report.Preemptions}");
        Console.WriteLine($"{report.Decisions} decisions, the longest {report.LongestDecision.TotalMilliseconds:0.0} ms; on average {took.TotalMilliseconds / Math.Max(1, report.Decisions):0.0} ms with all that the simulation does around it");
        foreach (var project in report.Projects)
        {
            Console.WriteLine($"  {project.Name,-12} {project.Trials,6} trials   wait: median {Span(project.MedianWait)}, 95% {Span(project.Percentile95Wait)}   share of what it was entitled to: {project.Share?.ToString("P0") ?? "-"}");
        }

        foreach (var never in report.Never.Take(10))
        {
            Console.WriteLine($"  never: {never.Trial}: {never.Sentence()}");
        }

        return 0;
    }

    private static async Task<IReadOnlyList<SimulatedTrial>> ReadAsync(string file)
    {
        using var lines = new StreamReader(file);
        return await TraceFile.ReadAsync(lines).ToListAsync();
    }

    private static string Span(double seconds) => TimeSpan.FromSeconds(Math.Round(seconds)).ToString("c");
}
