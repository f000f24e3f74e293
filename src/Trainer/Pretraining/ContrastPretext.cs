using Scanlock.Trainer.Networks;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Pretraining;

/// <summary>
/// Tells one view of a slice, by another view of it, from earlier slices' views (MoCo, He et al., CVPR 2020; on CT as Self-Trans, He et
/// al., 2020): a query network learns, and a key network follows it slowly. Heads have two layers (Chen et al., 2020).
/// <para>
/// Statistics of a batch would tell keys of the query's own batch from those of the queue without a look at the image. MoCo shuffles
/// batches over GPUs against that; here the key network normalises by running statistics, which follow like its weights (Cai et al.,
/// CVPR 2021), and one device is enough. MoCo's queue is short beside its million images; here it may reach back to the epoch before, so
/// keys of the query's own slice are left out of its negatives.
/// </para>
/// </summary>
internal sealed class ContrastPretext : IPretext
{
    /// <summary>Of a key, as in the papers.</summary>
    internal const int Dimensions = 128;

    /// <summary>One asks, the other is what is looked for.</summary>
    internal const int ViewsOfEach = 2;

    private readonly Contracts.Trials.Pretraining _by;
    private readonly Backbone _keyNetwork;
    private readonly Encoder _query;
    private readonly Encoder _key;
    private readonly NegativeQueue _queue;
    private Tensor? _latest;
    private Tensor? _latestOwners;

    /// <param name="keyNetwork">Of the same kind, whatever its weights; this owns it.</param>
    /// <param name="shape">Of one input: [1, channels, side, side].</param>
    internal ContrastPretext(Backbone network, Backbone keyNetwork, long[] shape, Contracts.Trials.Pretraining by, Device device)
    {
        var width = Encoder.Width(network, shape, device);
        (_by, _keyNetwork) = (by, keyNetwork);
        _query = new Encoder(network, Head(width));
        _key = new Encoder(keyNetwork, Head(width));
        _query.to(device);
        _key.to(device);
        _key.eval();
        Approach(1);
        _queue = new NegativeQueue(by.Queue, Dimensions, device);
    }

    public int Views => ViewsOfEach;

    public Module Learner => _query;

    internal Module Follower => _key;

    public void Dispose()
    {
        _query.Dispose();
        _key.Dispose();
        _keyNetwork.Dispose();
        _queue.Dispose();
        _latest?.Dispose();
        _latestOwners?.Dispose();
    }

    /// <remarks>The key network follows, and the queue takes the last keys, when the next batch comes: the queue must stay as it is until
    /// this one has been differentiated.</remarks>
    public Tensor Loss(Tensor images, Tensor samples)
    {
        using var scope = NewDisposeScope();
        Approach(1 - _by.Momentum);
        Enqueue();
        var views = images.chunk(2);
        var queries = InfoNce.Normalised(_query.call(views[0]));
        _latest = Keys(views[1]).DetachFromDisposeScope();
        _latestOwners = samples.clone().DetachFromDisposeScope();
        var own = _queue.Owners.unsqueeze(0).eq(samples.unsqueeze(1));
        return InfoNce.Loss(queries, _latest, _queue.Keys, _by.Temperature, own).MoveToOuterDisposeScope();
    }

    private static Sequential Head(long width) => Sequential(("0", Linear(width, width)), ("1", ReLU()), ("2", Linear(width, Dimensions)));

    private Tensor Keys(Tensor images)
    {
        using var off = no_grad();
        return InfoNce.Normalised(_key.call(images));
    }

    private void Enqueue()
    {
        if (_latest is { } keys && _latestOwners is { } owners)
        {
            _queue.Add(keys, owners);
            keys.Dispose();
            owners.Dispose();
        }
    }

    /// <summary>Moves weights and running statistics of the key network by the share <paramref name="by"/> towards the query network's.</summary>
    private void Approach(double by)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var leading = _query.state_dict();
        foreach (var (name, following) in _key.state_dict().Where(v => v.Value.dtype == ScalarType.Float32))
        {
            following.lerp_(leading[name], by);
        }
    }
}
