namespace Scanlock.Contracts.Trials;

/// <summary>What a tensor of a network is for.</summary>
public enum TensorRole
{
    /// <summary>A parameter, changed by training.</summary>
    Weight,

    /// <summary>Running statistics of a normalisation.</summary>
    Statistic,

    /// <summary>How many batches a normalisation has seen, a whole number.</summary>
    Counter,
}

/// <param name="Name">As torchvision names it, where torchvision has the network.</param>
public sealed record NetworkTensor(string Name, IReadOnlyList<long> Shape, TensorRole Role)
{
    public long Elements => Shape.Aggregate(1L, (product, size) => product * size);
}
