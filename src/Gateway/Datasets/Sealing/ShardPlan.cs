namespace Scanlock.Gateway.Datasets.Sealing;

/// <summary>A sample to be sealed, under the pseudonym it will carry.</summary>
/// <param name="Mask">The fingerprint of its masks; null where it has none.</param>
/// <param name="Bytes">Of its record and pixels, and of its mask.</param>
internal sealed record PlannedSample(string Key, string Patient, string? Mask, long Bytes);

/// <summary>What an earlier version's shard holds.</summary>
internal sealed record KnownShard(string Part, IReadOnlyList<(string Key, string Patient, string? Mask)> Samples);

/// <summary>
/// Which samples go into which shards. A shard of the version before is kept as it is where every sample in it is still wanted, under the
/// same pseudonym and with the same masks; all other samples are packed anew, in the order of their keys, which says nothing about them.
/// </summary>
internal sealed record ShardPlan(IReadOnlyList<string> Kept, IReadOnlyList<IReadOnlyList<PlannedSample>> Packed)
{
    // Up to three tar headers, as many paddings, and a record of some hundred bytes beside the pixels.
    private const int TarOverheadBytes = 3072;

    public static ShardPlan Of(IReadOnlyList<PlannedSample> samples, IReadOnlyList<KnownShard> known, long shardBytes)
    {
        var wanted = samples.ToDictionary(sample => sample.Key, StringComparer.Ordinal);
        var kept = known
            .Where(shard => shard.Samples.All(held => wanted.TryGetValue(held.Key, out var sample) && sample.Patient == held.Patient && sample.Mask == held.Mask))
            .ToList();
        var settled = kept.SelectMany(shard => shard.Samples).Select(held => held.Key).ToHashSet(StringComparer.Ordinal);
        var open = samples.Where(sample => !settled.Contains(sample.Key)).OrderBy(sample => sample.Key, StringComparer.Ordinal);
        return new([.. kept.Select(shard => shard.Part)], Fill(open, shardBytes));
    }

    private static List<IReadOnlyList<PlannedSample>> Fill(IEnumerable<PlannedSample> samples, long shardBytes)
    {
        var shards = new List<IReadOnlyList<PlannedSample>>();
        var current = new List<PlannedSample>();
        long bytes = 0;
        foreach (var sample in samples)
        {
            if (current.Count > 0 && bytes + sample.Bytes + TarOverheadBytes > shardBytes)
            {
                shards.Add(current);
                (current, bytes) = ([], 0);
            }

            current.Add(sample);
            bytes += sample.Bytes + TarOverheadBytes;
        }

        if (current.Count > 0)
        {
            shards.Add(current);
        }

        return shards;
    }
}
