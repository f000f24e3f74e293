using Scanlock.Trainer.WeakSupervision;

namespace Scanlock.Trainer.Data;

/// <summary>What one step needs, in plain memory, augmented. It is the loader's: it is filled anew once the next one is asked for.</summary>
/// <param name="Pixels">Count * depth * side * side values in [0, 1], sample by sample; of a loader of several views, view by view.</param>
/// <param name="Masks">Lesion masks, 0 or 1, like the pixels, or what <see cref="PointMarks"/> left of them; empty unless asked for.</param>
/// <param name="Lungs">Lung masks, likewise.</param>
internal sealed record Batch(int Count, float[] Pixels, byte[] Masks, byte[] Lungs)
{
    private readonly Sample[] _samples = new Sample[Count];
    private readonly long[] _classes = new long[Count];

    internal IReadOnlyList<Sample> Samples => _samples;

    internal long[] Classes => _classes;

    internal void Set(int index, Sample sample) => (_samples[index], _classes[index]) = (sample, sample.Class);
}

/// <summary>What a batch carries besides pixels and classes.</summary>
[Flags]
internal enum BatchParts
{
    None = 0,
    Masks = 1,
    Lungs = 2,

    /// <summary>Of the masks only points.</summary>
    Points = 4,
}
