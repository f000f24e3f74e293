using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Training;

/// <summary>
/// An exponential moving average of a network's weights, smoother than the weights themselves (Polyak and Juditsky, SIAM J. Control
/// Optim. 1992). It forgets faster in the first steps, so that the weights drawn at the start do not linger. Running statistics of
/// normalisation are the network's own.
/// </summary>
internal sealed class WeightAverage : IDisposable
{
    private readonly double _decay;

    /// <summary>The network's own weights while it shows the average.</summary>
    private readonly NetworkWeights _own;

    /// <param name="network">Where the average starts.</param>
    /// <param name="decay">How much of itself the average keeps at each step, below 1.</param>
    internal WeightAverage(Module network, double decay) =>
        (_decay, Weights, _own) = (decay, NetworkWeights.Of(network), NetworkWeights.Of(network));

    internal NetworkWeights Weights { get; }

    public void Dispose()
    {
        Weights.Dispose();
        _own.Dispose();
    }

    /// <param name="step">1, 2, ...</param>
    internal void Step(Module network, int step) => Weights.Approach(network, 1 - DecayAt(step));

    /// <summary>Shows the average in the network until disposed; then the network has its own weights again.</summary>
    internal IDisposable ShowIn(Module network)
    {
        _own.Take(network);
        Weights.Give(network);
        return new Shown(network, _own);
    }

    internal double DecayAt(int step) => Math.Min(_decay, (1.0 + step) / (10 + step));

    private sealed class Shown(Module network, NetworkWeights own) : IDisposable
    {
        public void Dispose() => own.Give(network);
    }
}
