namespace Scanlock.Trainer.Pretraining;

/// <summary>The latest keys of a contrastive training, the oldest making room for new ones; at first it is full of random ones.</summary>
internal sealed class NegativeQueue : IDisposable
{
    /// <summary>Of no sample: a key that was drawn.</summary>
    private const long Nobody = -1;

    private readonly int _size;
    private int _oldest;

    internal NegativeQueue(int size, long dimensions, Device device)
    {
        _size = size;
        using var scope = NewDisposeScope();
        Owners = full([size], Nobody, ScalarType.Int64, device).DetachFromDisposeScope();
        Keys = InfoNce.Normalised(randn([size, dimensions], device: device)).DetachFromDisposeScope();
    }

    /// <summary>[size, dimensions], in no order that matters.</summary>
    internal Tensor Keys { get; }

    /// <summary>[size], the sample that each key is of.</summary>
    internal Tensor Owners { get; }

    public void Dispose()
    {
        Keys.Dispose();
        Owners.Dispose();
    }

    /// <param name="keys">[N, dimensions]; where there are more than the queue holds, the last ones count.</param>
    /// <param name="owners">[N], not negative.</param>
    internal void Add(Tensor keys, Tensor owners)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var count = (int)Math.Min(keys.shape[0], _size);
        var fits = Math.Min(count, _size - _oldest);
        Put(Keys, keys.narrow(0, keys.shape[0] - count, count));
        Put(Owners, owners.narrow(0, keys.shape[0] - count, count));
        _oldest = (_oldest + count) % _size;

        void Put(Tensor held, Tensor latest)
        {
            held.narrow(0, _oldest, fits).copy_(latest.narrow(0, 0, fits));
            held.narrow(0, 0, count - fits).copy_(latest.narrow(0, fits, count - fits));
        }
    }
}
