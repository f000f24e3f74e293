namespace Scanlock.Trainer.Pretraining;

/// <summary>The latest keys of a contrastive training, the oldest making room for new ones; at first it is full of random ones.</summary>
internal sealed class NegativeQueue : IDisposable
{
    private readonly int _size;
    private int _oldest;

    internal NegativeQueue(int size, long dimensions, Device device)
    {
        _size = size;
        using var scope = NewDisposeScope();
        Keys = InfoNce.Normalised(randn([size, dimensions], device: device)).DetachFromDisposeScope();
    }

    /// <summary>[size, dimensions], in no order that matters.</summary>
    internal Tensor Keys { get; }

    public void Dispose() => Keys.Dispose();

    /// <param name="keys">[N, dimensions]; where there are more than the queue holds, the last ones count.</param>
    internal void Add(Tensor keys)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var count = (int)Math.Min(keys.shape[0], _size);
        var latest = keys.narrow(0, keys.shape[0] - count, count);
        var fits = Math.Min(count, _size - _oldest);
        Keys.narrow(0, _oldest, fits).copy_(latest.narrow(0, 0, fits));
        Keys.narrow(0, 0, count - fits).copy_(latest.narrow(0, fits, count - fits));
        _oldest = (_oldest + count) % _size;
    }
}
