namespace Scanlock.Contracts.Trials;

/// <summary>One network that a spec can name, as far as its architecture says.</summary>
public sealed class TrialNetwork
{
    private readonly Func<long, long, IEnumerable<NetworkTensor>> _tensors;

    internal TrialNetwork(
        string name, string task, int dimensions, int leastSide, Func<long, long, IEnumerable<NetworkTensor>> tensors) =>
        (Name, Task, Dimensions, LeastSide, _tensors) = (name, task, dimensions, leastSide, tensors);

    public string Name { get; }

    /// <summary>
    /// What it is made for: <see cref="TrialSpec.Classify"/>, one logit per class, [N, classes]; or <see cref="TrialSpec.Segment"/>, one
    /// logit per pixel or voxel, [N, outputs, ...], as large as the input.
    /// </summary>
    public string Task { get; }

    /// <summary>2 for slices, 3 for volumes.</summary>
    public int Dimensions { get; }

    /// <summary>The least side of an input, pixels or voxels, that leaves every layer something to look at while training.</summary>
    public int LeastSide { get; }

    /// <summary>Outputs where nothing else is asked for: two classes, or the one logit of "lesion".</summary>
    public int UsualOutputs => Task == TrialSpec.Segment ? 1 : 2;

    /// <summary>Every tensor, in the architecture's order.</summary>
    public IReadOnlyList<NetworkTensor> Tensors(long channels, long outputs) => [.. _tensors(channels, outputs)];

    /// <summary>Numbers that training changes; what a permit's <c>parameters</c> bounds.</summary>
    public long Parameters(long channels, long outputs) =>
        _tensors(channels, outputs).Where(tensor => tensor.Role == TensorRole.Weight).Sum(tensor => tensor.Elements);

    /// <summary>Tensors whose shape follows the input channels: the first layer's weight.</summary>
    public IReadOnlySet<string> InputTensors() => Differing(Tensors(1, 1), Tensors(2, 1));

    /// <summary>Tensors whose shape follows the outputs: the last layer's, and an auxiliary head's.</summary>
    public IReadOnlySet<string> OutputTensors() => Differing(Tensors(1, 1), Tensors(1, 2));

    /// <summary>The channels and outputs with which these are the network's tensors; null where they are not.</summary>
    public (long Channels, long Outputs)? Fit(IReadOnlyDictionary<string, IReadOnlyList<long>> shapes)
    {
        var least = Tensors(1, 1);
        if (least.Count != shapes.Count || least.Any(tensor => !shapes.TryGetValue(tensor.Name, out var shape) || shape.Count != tensor.Shape.Count))
        {
            return null;
        }

        var (channels, outputs) = (Varying(least, Tensors(2, 1)), Varying(least, Tensors(1, 2)));
        return Tensors(channels, outputs).All(tensor => shapes[tensor.Name].SequenceEqual(tensor.Shape)) ? (channels, outputs) : null;

        long Varying(IReadOnlyList<NetworkTensor> one, IReadOnlyList<NetworkTensor> two) => one.Zip(two)
            .Where(pair => !pair.First.Shape.SequenceEqual(pair.Second.Shape))
            .Select(pair => shapes[pair.First.Name][Axis(pair.First.Shape, pair.Second.Shape)])
            .First();
    }

    private static int Axis(IReadOnlyList<long> one, IReadOnlyList<long> two) => Enumerable.Range(0, one.Count).First(axis => one[axis] != two[axis]);

    private static HashSet<string> Differing(IReadOnlyList<NetworkTensor> one, IReadOnlyList<NetworkTensor> two) => one.Zip(two)
        .Where(pair => !pair.First.Shape.SequenceEqual(pair.Second.Shape))
        .Select(pair => pair.First.Name)
        .ToHashSet(StringComparer.Ordinal);
}
