namespace Scanlock.Contracts.Trials;

/// <summary>The networks a spec can name, and how large each is with one input channel and two classes.</summary>
public static class TrialNetworks
{
    private static readonly SortedList<string, long> s_parameters = new(StringComparer.Ordinal)
    {
        ["resnet18"] = 11_171_266,
    };

    public static IReadOnlyList<string> Names { get; } = [.. s_parameters.Keys];

    /// <summary>Trainable numbers of a network; what a permit's <c>parameters</c> bounds.</summary>
    public static long Parameters(string network) => s_parameters[network];
}
