using Scanlock.Contracts;
using Scanlock.Contracts.Trials;

namespace Scanlock.Egress.Tests;

/// <summary>Sends metrics through the gate.</summary>
internal static class MetricsExit
{
    public static byte[] Bytes(TrialMetrics metrics) => Wire.Write(metrics, ContractsJson.Strict.TrialMetrics);

    public static MetricsVerdict Pass(byte[] metrics) => MetricsGate.Pass(metrics, Sample.Rules);

    public static MetricsVerdict.Accepted Accepted(TrialMetrics metrics, GateRules? rules = null)
    {
        var verdict = MetricsGate.Pass(Bytes(metrics), rules ?? Sample.Rules);
        if (verdict is MetricsVerdict.Refused refused)
        {
            Assert.Fail(string.Join("; ", refused.Reasons.Select(reason => reason.Sentence)));
        }

        return (MetricsVerdict.Accepted)verdict;
    }

    /// <summary>Refused for that reason, and with nothing of the metrics in any reason.</summary>
    public static void Refused(TrialMetrics metrics, string reason, GateRules? rules = null) =>
        Refused(MetricsGate.Pass(Bytes(metrics), rules ?? Sample.Rules), reason);

    public static void Refused(MetricsVerdict verdict, string reason)
    {
        var refused = Assert.IsType<MetricsVerdict.Refused>(verdict);
        Assert.Contains(refused.Reasons, found => found.Sentence.Contains(reason, StringComparison.Ordinal));
        Assert.DoesNotContain(refused.Reasons, found => found.Sentence.Contains("MARKER", StringComparison.Ordinal));
    }

    /// <summary>Where something was withheld, in order.</summary>
    public static string Paths(this TrialMetrics metrics) => string.Join(' ', metrics.Withheld.Select(withheld => withheld.Path));
}
