using System.Collections.Concurrent;
using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Classes = System.Collections.Generic.IReadOnlyDictionary<string, int>;

namespace Scanlock.Trainer.Data;

/// <summary>A slice ready for the network.</summary>
/// <param name="Pixels">Side * side values in [0, 1], row by row.</param>
internal sealed record Slice(string Key, string Patient, int Class, float[] Pixels);

/// <summary>All labelled slices of the data folder, in memory, ordered by key whatever the order of shards.</summary>
internal sealed record SliceDataset(IReadOnlyList<Slice> Slices, int Unlabelled)
{
    /// <summary>Most prepared pixels that are held: past it, training would be killed for memory without saying why.</summary>
    private const long MaxPixels = 8L << 30;

    internal static async Task<Result<SliceDataset>> LoadAsync(string folder, TrialPlan plan, CancellationToken cancellationToken)
    {
        var labels = Path.Combine(folder, TrainerJob.LabelsFile);
        if (!File.Exists(labels))
        {
            return Bad("there is no label table");
        }

        await using var table = File.OpenRead(labels);
        var read = await LabelTable.ReadAsync(table, plan.Spec.Label, cancellationToken);
        return read switch
        {
            Result<Classes>.Ok(var classes) => await LoadShardsAsync(folder, classes, plan, cancellationToken),
            Result<Classes>.Refused(var code, var sentence) => new Result<SliceDataset>.Refused(code, sentence),
            _ => throw new InvalidOperationException("a result is one of two things"),
        };
    }

    private static async Task<Result<SliceDataset>> LoadShardsAsync(
        string folder, Classes classes, TrialPlan plan, CancellationToken cancellationToken)
    {
        var preparation = new SlicePreparation(plan.Spec.Window, plan.Spec.ImageSize);
        var most = MaxPixels / ((long)plan.Spec.ImageSize * plan.Spec.ImageSize);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var slices = new ConcurrentBag<Slice>();
        foreach (var shard in Directory.EnumerateFiles(folder, "*.tar").Order(StringComparer.Ordinal))
        {
            try
            {
                await using var stream = File.OpenRead(shard);
                var samples = Once(ShardReader.ReadAsync(stream, cancellationToken), keys).Where(s => classes.ContainsKey(s.Key));
                var limits = new ParallelOptions { MaxDegreeOfParallelism = plan.Threads, CancellationToken = cancellationToken };
                await Parallel.ForEachAsync(samples, limits, (sample, _) =>
                {
                    slices.Add(new Slice(sample.Key, sample.Record.Patient, classes[sample.Key], preparation.Prepare(sample.Image)));
                    return ValueTask.CompletedTask;
                });
            }
            catch (Exception e) when (e is WireFormatException or InvalidDataException or EndOfStreamException)
            {
                return Bad($"{Path.GetFileName(shard)}: {e.Message}");
            }

            if (slices.Count > most)
            {
                return new Result<SliceDataset>.Refused(
                    JobFailures.OutOfMemory, $"image_size: at {plan.Spec.ImageSize} at most {most} slices are held in memory");
            }
        }

        return Complete(keys, classes, slices);
    }

    private static Result<SliceDataset> Complete(HashSet<string> keys, Classes classes, ConcurrentBag<Slice> slices)
    {
        if (keys.Count == 0)
        {
            return Bad("the dataset is empty: there is no sample in any shard");
        }

        if (classes.Keys.FirstOrDefault(k => !keys.Contains(k)) is { } missing)
        {
            return Bad($"the label table names sample {missing}, which is in no shard");
        }

        var ordered = slices.OrderBy(s => s.Key, StringComparer.Ordinal);
        return new Result<SliceDataset>.Ok(new SliceDataset([.. ordered], keys.Count - slices.Count));
    }

    private static async IAsyncEnumerable<ShardSample> Once(IAsyncEnumerable<ShardSample> samples, HashSet<string> keys)
    {
        await foreach (var sample in samples)
        {
            yield return keys.Add(sample.Key) ? sample : throw new WireFormatException($"sample {sample.Key} is there twice");
        }
    }

    private static Result<SliceDataset>.Refused Bad(string sentence) => new(JobFailures.BadData, sentence);
}
