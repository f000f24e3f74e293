namespace Scanlock.Contracts.Trials;

/// <param name="Task">What it is made for: <see cref="TrialSpec.Classify"/> or <see cref="TrialSpec.Segment"/>.</param>
/// <param name="Dimensions">2 for slices, 3 for volumes.</param>
/// <param name="LeastSide">Smallest side of an image that leaves something to look at after its stem, pixels.</param>
public sealed record TrialNetwork(string Name, string Task, int Dimensions, int LeastSide, long Parameters);

/// <summary>The networks a spec can name, and how large each is with one input channel and two classes.</summary>
public static class TrialNetworks
{
    private static readonly SortedList<string, TrialNetwork> s_networks = new(StringComparer.Ordinal)
    {
        ["resnet18"] = new("resnet18", TrialSpec.Classify, 2, 32, 11_171_266),
    };

    public static IReadOnlyList<string> Names { get; } = [.. s_networks.Keys];

    public static TrialNetwork Of(string network) => s_networks[network];

    /// <summary>Trainable numbers of a network; what a permit's <c>parameters</c> bounds.</summary>
    public static long Parameters(string network) => s_networks[network].Parameters;
}
