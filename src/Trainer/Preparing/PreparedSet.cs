using Scanlock.Contracts.Jobs;
using Scanlock.Trainer.Data;

namespace Scanlock.Trainer.Preparing;

/// <summary>The outcome of a preparation, whatever labels will be put to it.</summary>
/// <param name="Dropped">Keys of the slices that no sample was made of.</param>
/// <param name="Samples">Samples there are, prepared here or not.</param>
internal sealed record PreparedSet(PreparedItems Items, IReadOnlyList<string> Dropped, int Samples, PreparationReport Report)
{
    /// <summary>Of what is free; the rest is for the network and its activations.</summary>
    private const double ShareOfMemory = 0.7;

    /// <summary>The key of every slice in the dataset, wherever it is now.</summary>
    internal IReadOnlySet<string> Keys() => Items.Items.SelectMany(i => i.Slices).Concat(Dropped).ToHashSet(StringComparer.Ordinal);

    /// <summary>Prepares what is wanted into memory of this process.</summary>
    /// <param name="isWanted">By slice key; a volume is wanted as soon as one of its slices is.</param>
    internal static async Task<Result<PreparedSet>> InMemoryAsync(
        ShardFolder shards, PreparationParameters parameters, Func<string, bool> isWanted, CancellationToken cancellationToken)
    {
        var surveyed = await Survey.RunAsync(shards, parameters, cancellationToken);
        if (surveyed is not Result<Survey>.Ok(var survey))
        {
            return ((Result<Survey>.Refused)surveyed).As<PreparedSet>();
        }

        var (items, bytes) = ItemPlan.Make(survey, parameters, isWanted);
        if (TooLarge(bytes, (long)(PrivateMemory.Available() * ShareOfMemory), items.Count, parameters) is { } sentence)
        {
            return new Result<PreparedSet>.Refused(JobFailures.OutOfMemory, sentence);
        }

        var memory = new PrivateMemory(bytes);
        var run = await Preparation.RunAsync(
            shards, parameters, items, (offset, content) => memory.WriteSpan((ulong)offset, content), cancellationToken);
        if (run is Result<IReadOnlyList<PreparedItem>>.Ok(var prepared))
        {
            var all = ItemPlan.Make(survey, parameters, static _ => true).Items.Count;
            var made = prepared.SelectMany(i => i.Slices).ToHashSet(StringComparer.Ordinal);
            return new Result<PreparedSet>.Ok(new PreparedSet(
                new PreparedItems(memory, parameters.Layout, prepared),
                [.. survey.Slices.Select(s => s.Key).Where(k => !made.Contains(k))], all, survey.Report));
        }

        memory.Dispose();
        return ((Result<IReadOnlyList<PreparedItem>>.Refused)run).As<PreparedSet>();
    }

    /// <summary>Null where so many bytes can be held; otherwise what to try.</summary>
    internal static string? TooLarge(long bytes, long available, int samples, PreparationParameters parameters)
    {
        if (bytes <= available)
        {
            return null;
        }

        var (side, wanted) = (parameters.Side, bytes >> 20);
        var fits = (int)(side * Math.Sqrt(Math.Max(0, available) / (double)bytes));
        return $"image_size: {samples} samples of {side} x {side} need {wanted} MiB and {Math.Max(0, available) >> 20} MiB are free; "
            + $"prepare them to a file first (--prepare), or try image_size {fits}";
    }
}
