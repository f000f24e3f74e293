using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Trials;

namespace Scanlock.Egress;

/// <summary>What becomes of metrics at the gate.</summary>
public abstract record MetricsVerdict
{
    private MetricsVerdict()
    {
    }

    /// <param name="Canonical">The metrics as they may leave, written anew.</param>
    /// <param name="Metrics">The same, as values.</param>
    /// <param name="Checks">What they were checked for, a sentence each. No list of checks says that metrics are safe.</param>
    public sealed record Accepted(byte[] Canonical, TrialMetrics Metrics, IReadOnlyList<string> Checks) : MetricsVerdict
    {
        /// <summary>Whether every number about how well the network does was withheld.</summary>
        public bool SaysNothing =>
            Metrics.Epochs.All(epoch => epoch is { Loss: null, ValidationLoss: null, Accuracy: null, Auc: null, Dice: null })
            && Metrics.Final is null or { Loss: null, Accuracy: null, Auc: null, Sensitivity: null, Specificity: null }
            && Metrics.Segmentation is null or { Pooled: { Dice: null, Sensitivity: null, Specificity: null }, PerSlice: { Dice: null, Sensitivity: null } };
    }

    /// <summary>Nothing may leave. The reasons quote nothing of the file.</summary>
    public sealed record Refused(IReadOnlyList<Reason> Reasons) : MetricsVerdict;
}

/// <summary>
/// The gate that metrics leave through (P6): (1) they are parsed against their closed schema; (2) what they say of the job must be what the
/// job was, and their numbers must agree with one another; (3) numbers about fewer patients than <c>min_count</c> are withheld, each with
/// the reason; (4) the rest is rounded, bounded in number, and written anew.
/// </summary>
public static class MetricsGate
{
    /// <summary>The longest metrics that are looked at, bytes.</summary>
    public const int MaxBytes = 4 << 20;

    /// <summary>Significant decimal digits of every number that leaves.</summary>
    public const int SignificantDigits = 6;

    /// <summary>Decimals of every number that leaves; ends of intervals have three.</summary>
    public const int Decimals = 6;

    public static MetricsVerdict Pass(ReadOnlySpan<byte> metrics, GateRules rules)
    {
        if (metrics.Length > MaxBytes)
        {
            return Refused($"the metrics have more than the {MaxBytes} bytes that are read");
        }

        if (Parse(metrics) is not { } parsed)
        {
            return Refused("the metrics do not fit their schema: something in them is unknown, missing, repeated or of another type");
        }

        var reasons = MetricsFaults.Of(parsed, rules).Select(Because.Refused).ToList();
        if (reasons.Count > 0)
        {
            return new MetricsVerdict.Refused(reasons);
        }

        var released = Withholding.Apply(parsed, rules);
        return new MetricsVerdict.Accepted(Wire.Write(released, ContractsJson.Strict.TrialMetrics), released, Checks(rules));
    }

    /// <summary>Null where it is not metrics. The parser's own sentence is not passed on: it can name what a stranger wrote.</summary>
    private static TrialMetrics? Parse(ReadOnlySpan<byte> metrics)
    {
        try
        {
            return Wire.Read(metrics, ContractsJson.Strict.TrialMetrics);
        }
        catch (WireFormatException)
        {
            return null;
        }
    }

    private static MetricsVerdict.Refused Refused(string sentence) => new([Because.Refused(sentence)]);

    private static IReadOnlyList<string> Checks(GateRules rules) =>
    [
        "checked for fields outside their closed schema, and for text outside closed lists",
        "checked for being of this job's spec and seed",
        "checked for counts and ratios that do not agree with one another",
        $"checked for numbers about fewer than {rules.Egress.MinCount} patients of a class, which are withheld",
        $"checked for at most {rules.Bounds.ProgressValues} numbers over the epochs",
        $"written anew, rounded to {SignificantDigits} significant digits and as many decimals, intervals to three",
    ];
}
