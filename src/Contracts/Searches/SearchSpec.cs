using System.Text.Json;

namespace Scanlock.Contracts.Searches;

/// <summary>How one experiment becomes many trials.</summary>
/// <param name="Method">One of <see cref="SearchMethods"/>.</param>
/// <param name="Space">What varies, by the path of a field of the trial spec (such as <c>window.width</c>), or <see cref="SeedPath"/>.</param>
/// <param name="Trials">The most trials, folds counted. A grid says how many it has; where it has more than these, it is refused.</param>
/// <param name="Folds">Every configuration is trained this many times, each with another part of the patients kept out; null for once.</param>
/// <param name="Objective">What is to be best; must be there for <see cref="SearchMethods.Asha"/>.</param>
/// <param name="Halving">When trials are compared on the way; of <see cref="SearchMethods.Asha"/> only.</param>
public sealed record SearchSpec(
    string Method,
    IReadOnlyDictionary<string, SearchDimension> Space,
    int? Trials,
    int? Folds,
    Objective? Objective,
    Halving? Halving)
{
    /// <summary>The path of the seed, which is no field of the trial spec.</summary>
    public const string SeedPath = "seed";

    /// <summary>The largest seed: canonical JSON writes numbers as doubles, so a larger one would not come through.</summary>
    public const long MaxSeed = 1L << 53;

    internal const string FoldPath = "validation.fold";
    internal const string FoldsPath = "validation.folds";

    /// <summary>Most trials of one experiment.</summary>
    public const int MostTrials = 10_000;

    /// <summary>Most dimensions of a space, and values of one.</summary>
    public const int MostDimensions = 50;
    public const int MostValues = 1000;
}

/// <summary>The values one field may take: a list, or a range.</summary>
/// <param name="Values">In the order in which a grid goes through them.</param>
/// <param name="Min">The least of a range; it is among the values.</param>
/// <param name="Max">The greatest, likewise.</param>
/// <param name="Scale"><see cref="Linear"/> or <see cref="Log"/>: in what a range is even.</param>
/// <param name="When">Values of other fields that this one has a meaning for; where one of them is another, the field stays as the trial has it.</param>
public sealed record SearchDimension(
    IReadOnlyList<JsonElement>? Values,
    double? Min,
    double? Max,
    string? Scale,
    IReadOnlyDictionary<string, IReadOnlyList<JsonElement>>? When)
{
    public const string Linear = "linear";
    public const string Log = "log";
}

/// <param name="Metric">A number that trials report while they train (<c>Trials.ProgressNames</c>).</param>
/// <param name="Direction"><see cref="Maximize"/> or <see cref="Minimize"/>.</param>
public sealed record Objective(string Metric, string Direction)
{
    public const string Maximize = "maximize";
    public const string Minimize = "minimize";

    /// <summary>Whether one value is better than another.</summary>
    public bool Prefers(double value, double other) => Direction == Maximize ? value > other : value < other;
}

/// <summary>
/// Asynchronous successive halving (Li et al., MLSys 2020), by stopping: a trial that reaches a rung goes on if it is among the best
/// there so far, one in <paramref name="Reduction"/>, and is stopped if not.
/// </summary>
/// <param name="FirstEpochs">Epochs at the first rung; each further rung has <paramref name="Reduction"/> times as many.</param>
public sealed record Halving(int Reduction, int FirstEpochs);

public static class SearchMethods
{
    /// <summary>Every combination of the listed values.</summary>
    public const string Grid = "grid";

    /// <summary>Each value drawn by itself.</summary>
    public const string Random = "random";

    /// <summary>Drawn likewise; what does worse is stopped on the way.</summary>
    public const string Asha = "asha";

    public static IReadOnlyList<string> All { get; } = [Grid, Random, Asha];
}
