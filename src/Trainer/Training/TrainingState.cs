using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Networks;

namespace Scanlock.Trainer.Training;

/// <summary>
/// All that the next epoch of a training hangs on besides spec, seed and data; what a checkpoint holds. What is random in an epoch is
/// seeded by its number, so no generator's state is among it.
/// </summary>
internal sealed class TrainingState : IDisposable
{
    private readonly List<EpochMetrics> _epochs = [];
    private readonly bool _keepsBest;
    private readonly int _most;
    private readonly BestEpoch _best;
    private NetworkWeights? _bestWeights;

    /// <param name="network">Stays the caller's.</param>
    /// <param name="by">What the best epoch is the best by.</param>
    /// <param name="leastSteps">The permit's minimum, which weights must have taken to be kept.</param>
    internal TrainingState(Architecture network, TrialSpec spec, EpochMeasure by, int leastSteps)
    {
        Network = network;
        Optimizer = Optimizers.For(spec, network);
        Average = spec.AverageDecay > 0 ? new WeightAverage(network, spec.AverageDecay) : null;
        _keepsBest = spec.Keep == TrialSpec.BestWeights;
        _most = spec.Epochs;
        _best = new BestEpoch(by, spec.Patience, leastSteps);
    }

    internal Architecture Network { get; }

    internal optim.Optimizer Optimizer { get; }

    internal WeightAverage? Average { get; }

    internal Beforehand Before { get; set; } = Beforehand.Nothing;

    /// <summary>The epochs done.</summary>
    internal IReadOnlyList<EpochMetrics> Epochs => _epochs;

    internal int Steps => _epochs.Count == 0 ? 0 : _epochs[^1].Step;

    /// <summary>The epoch whose weights <see cref="KeepChosen"/> gives.</summary>
    internal int KeptEpoch => _bestWeights is null ? _epochs.Count : _best.Epoch;

    internal bool IsOver => _epochs.Count == _most || _best.IsTimeToStop;

    public void Dispose()
    {
        Optimizer.Dispose();
        Average?.Dispose();
        _bestWeights?.Dispose();
    }

    /// <summary>Shows in the network the weights that are evaluated and kept: the average, where there is one. Undone when disposed.</summary>
    internal IDisposable? ShowEvaluated() => Average?.ShowIn(Network);

    /// <summary>Notes an epoch. The network must still show what was evaluated.</summary>
    internal void Add(EpochMetrics epoch)
    {
        _epochs.Add(epoch);
        if (!_best.IsBest(epoch) || !_keepsBest)
        {
            return;
        }

        if (_bestWeights is null)
        {
            _bestWeights = NetworkWeights.Of(Network);
        }
        else
        {
            _bestWeights.Take(Network);
        }
    }

    /// <summary>Puts those weights into the network that the spec wants kept, for good.</summary>
    internal void KeepChosen() => (_bestWeights ?? Average?.Weights)?.Give(Network);

    /// <summary>Notes epochs that were done before, so that <see cref="Tensors"/> names what they left.</summary>
    internal void Resume(IEnumerable<EpochMetrics> epochs)
    {
        foreach (var epoch in epochs)
        {
            Add(epoch);
        }
    }

    /// <summary>Every tensor of the state, to be read and written in place.</summary>
    internal IReadOnlyDictionary<string, Tensor> Tensors()
    {
        var all = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        AddAll("network", Network.state_dict());
        AddAll("optimizer", Optimizer.state_dict());
        AddAll("average", Average?.Weights.Values);
        AddAll("best", _bestWeights?.Values);
        return all;

        void AddAll(string part, IReadOnlyDictionary<string, Tensor>? tensors)
        {
            foreach (var (name, tensor) in tensors ?? new Dictionary<string, Tensor>(StringComparer.Ordinal))
            {
                all.Add($"{part}.{name}", tensor);
            }
        }
    }
}
