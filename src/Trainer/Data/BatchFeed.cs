using System.Collections.Concurrent;
using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Data;

/// <summary>What one step of training needs, in plain memory.</summary>
/// <param name="Maps">For each image the affine map from output to input positions, 2 x 3; empty where nothing is augmented.</param>
internal sealed record Batch(float[] Pixels, long[] Classes, float[] Maps);

/// <summary>Shuffles, augments and gathers batches on a thread of its own, a few steps ahead of the training.</summary>
internal sealed class BatchFeed(IReadOnlyList<Slice> slices, TrialSpec spec, long seed)
{
    private const int Ahead = 4;

    /// <summary>Streams of one seed: the split has its own.</summary>
    private const ulong FirstEpochStream = 1000;

    private readonly ConcurrentQueue<Batch> _spare = new();
    private readonly AffineSampler? _sampler = AffineSampler.For(spec.Augmentation);

    internal int StepsPerEpoch => slices.Count / spec.Batch;

    /// <summary>The batches of one epoch. Each is the caller's until it asks for the next.</summary>
    internal IEnumerable<Batch> Epoch(int epoch)
    {
        using var stop = new CancellationTokenSource();
        using var ready = new BlockingCollection<Batch>(Ahead);
        var producer = Task.Run(() => Produce(epoch, ready, stop.Token), CancellationToken.None);
        try
        {
            foreach (var batch in ready.GetConsumingEnumerable(CancellationToken.None))
            {
                yield return batch;
                _spare.Enqueue(batch);
            }
        }
        finally
        {
            stop.Cancel();
            ((IAsyncResult)producer).AsyncWaitHandle.WaitOne();
        }

        producer.GetAwaiter().GetResult();
    }

    private void Produce(int epoch, BlockingCollection<Batch> ready, CancellationToken stop)
    {
        try
        {
            var random = new DeterministicRandom(seed, FirstEpochStream + (ulong)epoch);
            var order = Enumerable.Range(0, slices.Count).ToArray();
            random.Shuffle(order);
            for (var step = 0; step < StepsPerEpoch; step++)
            {
                ready.Add(Gather(order.AsSpan(step * spec.Batch, spec.Batch), random), stop);
            }
        }
        finally
        {
            ready.CompleteAdding();
        }
    }

    private Batch Gather(ReadOnlySpan<int> indices, DeterministicRandom random)
    {
        var area = spec.ImageSize * spec.ImageSize;
        if (!_spare.TryDequeue(out var batch))
        {
            var maps = _sampler is null ? 0 : spec.Batch * AffineSampler.Numbers;
            batch = new Batch(new float[spec.Batch * area], new long[spec.Batch], new float[maps]);
        }

        for (var i = 0; i < indices.Length; i++)
        {
            var slice = slices[indices[i]];
            slice.Pixels.CopyTo(batch.Pixels, i * area);
            batch.Classes[i] = slice.Class;
            _sampler?.Draw(random, batch.Maps.AsSpan(i * AffineSampler.Numbers, AffineSampler.Numbers));
        }

        return batch;
    }
}
