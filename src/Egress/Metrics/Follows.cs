using Scanlock.Contracts.Trials;

namespace Scanlock.Egress;

/// <summary>Ranges of numbers, and ratios that follow from counts.</summary>
internal static class Follows
{
    private const double Tolerance = 1e-9;

    /// <summary>The largest loss that leaves: no classifier or marking comes near it, and what is larger could be anything.</summary>
    public const double MaxLoss = 1e6;

    public static bool IsLoss(double? value) => value is >= 0 and <= MaxLoss;

    public static bool IsShare(double? value) => value is >= 0 and var share && AtMost(share, 1);

    /// <summary>A number that the data need not define.</summary>
    public static bool IsShareOrNone(double? value) => value is null || IsShare(value);

    /// <summary>Whether a value is that ratio, and null where there is nothing to divide by.</summary>
    public static bool IsRatio(double? value, double part, double whole) => whole == 0 ? value is null : Is(value, part / whole);

    public static bool Is(double? value, double expected) =>
        value is { } given && Math.Abs(given - expected) <= Tolerance * Math.Max(1, Math.Abs(expected));

    public static bool AtMost(double value, double most) => value <= most + Tolerance;

    /// <summary>Whether an interval, where there is one, runs upwards inside its range.</summary>
    public static bool IsInside(Interval? interval, double low, double high) =>
        interval is null || (interval.Low >= low && interval.Low <= interval.High && AtMost(interval.High, high));

    public static bool AreClasses(IReadOnlyList<ClassCount> counts) =>
        counts is [{ Class: 0 }, { Class: 1 }] && counts.All(one => one is { Patients: >= 0, Samples: >= 0 } && one.Patients <= one.Samples);
}
