namespace Scanlock.Trainer.Training.Losses;

/// <summary>How much an error on each class counts; 1 for both where nothing is weighed.</summary>
internal sealed record ClassWeights(double Negative, double Positive)
{
    /// <summary>Inverse to each class's share, so that both classes count as much in all and the mean weight is 1.</summary>
    internal static ClassWeights Balanced(double negatives, double positives)
    {
        var half = (negatives + positives) / 2;
        return new ClassWeights(half / negatives, half / positives);
    }

    /// <summary>[2], negative first.</summary>
    internal Tensor On(Device device) => tensor([(float)Negative, (float)Positive], [2]).to(device);

    /// <summary>The weight of each element of a mask of zeros and ones.</summary>
    internal Tensor Of(Tensor mask) => (mask * (Positive - Negative)) + Negative;
}
