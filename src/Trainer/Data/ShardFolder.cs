using System.Runtime.CompilerServices;
using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;

namespace Scanlock.Trainer.Data;

/// <summary>The shards of a data folder, gone through in the order of their names.</summary>
internal sealed class ShardFolder(string folder, int threads)
{
    private IEnumerable<string> Files => Directory.EnumerateFiles(folder, "*.tar").Order(StringComparer.Ordinal);

    /// <summary>Hands every sample to <paramref name="take"/>, several at a time; a sample is disposed of once it is taken.</summary>
    /// <returns>Null, or the first thing that is wrong with the shards.</returns>
    internal async Task<Result<T>.Refused?> ForEachAsync<T>(Action<ShardSample> take, CancellationToken cancellationToken)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var limits = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        foreach (var file in Files)
        {
            try
            {
                await using var stream = File.OpenRead(file);
                await Parallel.ForEachAsync(OnceAsync(stream, keys, cancellationToken), limits, (sample, _) =>
                {
                    using (sample)
                    {
                        take(sample);
                    }

                    return ValueTask.CompletedTask;
                });
            }
            catch (Exception e) when (e is WireFormatException or InvalidDataException or EndOfStreamException)
            {
                return new Result<T>.Refused(JobFailures.BadData, $"{Path.GetFileName(file)}: {e.Message}");
            }
        }

        return null;
    }

    /// <summary>SHA-256 of every shard's bytes, sorted, so that names and order do not matter.</summary>
    internal async Task<IReadOnlyList<Sha256Digest>> DigestsAsync(CancellationToken cancellationToken)
    {
        var files = Files.ToArray();
        var digests = new Sha256Digest[files.Length];
        var limits = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, files.Length, limits, async (i, stop) =>
        {
            await using var stream = File.OpenRead(files[i]);
            digests[i] = await Sha256Digest.OfAsync(stream, stop);
        });
        return [.. digests.OrderBy(d => d.Hex, StringComparer.Ordinal)];
    }

    private static async IAsyncEnumerable<ShardSample> OnceAsync(
        Stream shard, HashSet<string> keys, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var sample in ShardReader.ReadAsync(shard, cancellationToken))
        {
            yield return keys.Add(sample.Key) ? sample : throw new WireFormatException($"sample {sample.Key} is there twice");
        }
    }
}
