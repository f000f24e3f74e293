using System.Collections.Concurrent;
using System.Diagnostics;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Augmenting;
using Scanlock.Trainer.Preparing;
using Scanlock.Trainer.WeakSupervision;

namespace Scanlock.Trainer.Data;

/// <summary>
/// Gathers batches a few steps ahead on the thread pool. What is random of a sample hangs on seed, epoch, its place in the epoch and
/// the view alone, so that the batches are the same however many threads make them.
/// </summary>
/// <param name="views">Times that each sample is augmented, differently, in one batch.</param>
/// <param name="threads">That the job may use: about as many batches are made at once.</param>
internal sealed class Loader(
    PreparedItems items, IReadOnlyList<Sample> samples, TrialSpec spec, long seed, BatchParts parts = BatchParts.None, int views = 1, int threads = 2)
{
    /// <summary>Most that the batches on their way may take, beyond the two without which nothing is made ahead.</summary>
    private const long MostBytesAhead = 512L << 20;

    private readonly int _mostAhead = Math.Clamp(threads, 2, 16);

    private readonly ConcurrentQueue<Batch> _spare = new();
    private readonly Augmenter? _augmenter = Augmenter.For(spec.Augmentation, items.Layout);
    private readonly PointMarks? _points = parts.HasFlag(BatchParts.Points) ? new PointMarks(items.Layout, seed) : null;
    private long _waited;

    /// <summary>Whole batches in an epoch; an incomplete one is left out.</summary>
    internal int StepsPerEpoch => samples.Count / spec.Batch;

    /// <summary>How long the training stood still for want of a batch, so far.</summary>
    internal double WaitSeconds => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _waited)).TotalSeconds;

    /// <summary>The batches of one epoch, shuffled, sampled and augmented as the spec says.</summary>
    internal IEnumerable<Batch> Epoch(int epoch)
    {
        var random = new DeterministicRandom(seed, RandomStreams.FirstEpochOrder + (ulong)epoch);
        var sampleSeed = random.NextLong();
        var order = spec.Sampling == "balanced"
            ? EpochOrder.Balanced(samples, StepsPerEpoch * spec.Batch, random)
            : EpochOrder.Shuffled(samples, random);
        return Ahead(StepsPerEpoch, spec.Batch * views, step => Fill(order.AsSpan(step * spec.Batch, spec.Batch), sampleSeed, step * spec.Batch, _augmenter, views));
    }

    /// <summary>Every sample once, in its order and as it is; the last batch may be smaller.</summary>
    internal IEnumerable<Batch> InOrder(int batch)
    {
        var order = Enumerable.Range(0, samples.Count).ToArray();
        var steps = (samples.Count + batch - 1) / batch;
        return Ahead(steps, batch, step => Fill(order.AsSpan(step * batch, Math.Min(batch, samples.Count - (step * batch))), 0, 0, null, 1));
    }

    private IEnumerable<Batch> Ahead(int steps, int images, Func<int, Batch> fill)
    {
        var most = (int)Math.Clamp(MostBytesAhead / ((long)images * items.Layout.Pixels * sizeof(float)), 2, _mostAhead);
        var running = new Queue<Task<Batch>>();
        try
        {
            for (var (step, begun) = (0, 0); step < steps; step++)
            {
                for (; begun < steps && running.Count < most; begun++)
                {
                    var next = begun;
                    running.Enqueue(Task.Run(() => fill(next), CancellationToken.None));
                }

                var asked = Stopwatch.GetTimestamp();
                var batch = running.Dequeue().GetAwaiter().GetResult();
                Interlocked.Add(ref _waited, Stopwatch.GetTimestamp() - asked);
                yield return batch;
                _spare.Enqueue(batch);
            }
        }
        finally
        {
            // Left early: what is on its way reads memory that may be freed next.
            Task.WhenAll(running).ContinueWith(static _ => { }, TaskScheduler.Default).Wait(CancellationToken.None);
        }
    }

    private Batch Fill(ReadOnlySpan<int> indices, long sampleSeed, int firstPlace, Augmenter? augmenter, int views)
    {
        var batch = Spare(indices.Length, views);
        var pixels = items.Layout.Pixels;
        for (var i = 0; i < indices.Length; i++)
        {
            var sample = samples[indices[i]];
            batch.Set(i, sample);
            for (var view = 0; view < views; view++)
            {
                var place = (view * indices.Length) + i;
                var random = new DeterministicRandom(sampleSeed, ((ulong)(firstPlace + i) * (ulong)views) + (ulong)view);
                var masks = batch.Masks.Length > 0 ? batch.Masks.AsSpan(place * pixels, pixels) : default;
                var lungs = batch.Lungs.Length > 0 ? batch.Lungs.AsSpan(place * pixels, pixels) : default;
                Read(sample, batch.Pixels.AsSpan(place * pixels, pixels), masks, lungs);
                augmenter?.Apply(random, batch.Pixels.AsSpan(place * pixels, pixels), masks, lungs, arePoints: _points is not null);
            }
        }

        return batch;
    }

    private void Read(Sample sample, Span<float> pixels, Span<byte> masks, Span<byte> lungs)
    {
        items.ReadPixels(sample.Item, pixels);
        if (!masks.IsEmpty)
        {
            items.ReadMask(sample.Item, masks);
            _points?.Keep(sample.Key, masks);
        }

        if (!lungs.IsEmpty)
        {
            items.ReadLung(sample.Item, lungs);
        }
    }

    private Batch Spare(int count, int views)
    {
        // The plan has made sure that the spec's batch fits.
        var length = checked(count * views * items.Layout.Pixels);
        if (_spare.TryDequeue(out var batch) && batch.Count == count && batch.Pixels.Length == length)
        {
            return batch;
        }

        return new Batch(
            count, new float[length], new byte[parts.HasFlag(BatchParts.Masks) ? length : 0], new byte[parts.HasFlag(BatchParts.Lungs) ? length : 0]);
    }
}
