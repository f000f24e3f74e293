using System.Globalization;
using Scanlock.Contracts.Trials;

namespace Scanlock.Egress;

/// <summary>What was withheld, each place once; what is kept is rounded on its way through.</summary>
internal sealed class Ledger
{
    private const string NotComputed = "cannot be computed from this data";

    /// <summary>Ends of an interval follow from nothing that the gate sees, and a bootstrap knows no more of them.</summary>
    private const int IntervalDecimals = 3;

    private readonly SortedDictionary<string, string> _reasons = new(StringComparer.Ordinal);

    public IReadOnlyList<WithheldMetric> Entries => [.. _reasons.Select(pair => new WithheldMetric(pair.Key, pair.Value))];

    public void Add(string path, string reason) => _reasons.TryAdd(path, reason);

    /// <param name="reason">Why it may not leave; null where it may.</param>
    public int? Keep(string path, int? value, string? reason) => Take(path, value is not null, reason) ? value : null;

    public long? Keep(string path, long? value, string? reason) => Take(path, value is not null, reason) ? value : null;

    public double? Keep(string path, double? value, string? reason) => Take(path, value is not null, reason) ? Rounded(value!.Value) : null;

    public Interval? Keep(string path, Interval? value, string? reason) =>
        Take(path, value is not null, reason) ? new Interval(Rounded(value!.Low, IntervalDecimals), Rounded(value.High, IntervalDecimals)) : null;

    /// <summary>To decimals as well as digits: digits alone leave the exponent free. Nothing has no sign.</summary>
    public static double Rounded(double value, int decimals = MetricsGate.Decimals) =>
        double.Parse((Math.Round(value, decimals) + 0.0).ToString($"G{MetricsGate.SignificantDigits}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private bool Take(string path, bool isThere, string? reason)
    {
        if (reason is null && isThere)
        {
            return true;
        }

        Add(path, reason ?? NotComputed);
        return false;
    }
}
