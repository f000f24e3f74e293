using System.Buffers;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Datasets;

namespace Scanlock.Trainer.Data;

/// <summary>One sample as it lies in a shard. Its arrays are rented: what is wanted of it is taken before it is disposed of.</summary>
/// <param name="Mask">One byte, 0 or 1, for each pixel of <paramref name="Image"/>; null where the sample has none.</param>
internal sealed record ShardSample(string Key, SampleRecord Record, NpyImage Image, NpyImage? Mask) : IDisposable
{
    internal IReadOnlyList<byte[]> Rented { get; init; } = [];

    public void Dispose()
    {
        foreach (var array in Rented)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }
}
