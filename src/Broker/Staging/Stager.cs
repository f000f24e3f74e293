using System.Collections.Concurrent;
using Scanlock.Broker.Gateways;
using Scanlock.Broker.Sites;
using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Datasets;

namespace Scanlock.Broker.Staging;

/// <summary>Tells how far staging is; false stops it.</summary>
internal delegate Task<bool> StagingWatch(StagingCount count, CancellationToken cancellationToken);

/// <summary>What is to be staged, and under which request.</summary>
/// <param name="Known">What was counted in an earlier attempt, or null: what is at the site now may be from that.</param>
internal sealed record StagingOrder(Gateway Gateway, string Request, DatasetManifest Manifest, StagingCount? Known);

/// <summary>
/// Brings the parts of a manifest to a site. Nothing is kept on the way.
/// <list type="number">
/// <item>Ask the site what it has; what is there, whole and checked, is skipped.</item>
/// <item>Say how much is missing before the first byte is sent.</item>
/// <item>For each missing part, over as many connections as there are: read it from the gateway from where the site's copy ends, hash
/// it while it passes, and put it in pieces, some sent ahead of their answers.</item>
/// <item>A part that is not what the manifest says is dropped and tried once more, whole; then it is given up, naming who served it.</item>
/// </list>
/// </summary>
internal sealed class Stager(GatewayClient gateways, TimeProvider clock)
{
    private static readonly TimeSpan s_tellEvery = TimeSpan.FromSeconds(1);

    public async Task<StagingEnd> StageAsync(StagingOrder order, IReadOnlyList<SiteConnection> connections, StagingWatch watch, CancellationToken cancellationToken)
    {
        var parts = order.Manifest.Parts().DistinctBy(part => part.Ciphertext).ToList();
        var (holdings, problem) = await HoldingsAsync(connections[0], parts, cancellationToken);
        if (problem is not null)
        {
            return problem;
        }

        var count = Count(order, parts, holdings);
        var missing = parts.Where(part => !holdings[part.Ciphertext].Complete).ToList();
        if (missing.Count == 0)
        {
            return new StagingEnd.Complete(count);
        }

        if (!await watch(count, cancellationToken))
        {
            return new StagingEnd.Stopped();
        }

        using var tally = new StagingTally(count, watch, clock, s_tellEvery);
        return await SendAsync(order, connections, missing, holdings, tally, cancellationToken) ?? new StagingEnd.Complete(tally.Count);
    }

    /// <summary>Null when all arrived; else the first thing that went wrong, once every connection has stopped.</summary>
    private async Task<StagingEnd?> SendAsync(
        StagingOrder order, IReadOnlyList<SiteConnection> connections, List<ManifestPart> missing,
        Dictionary<Sha256Digest, Holding> holdings, StagingTally tally, CancellationToken cancellationToken)
    {
        // By asking for them the first connection has opened the half-staged ones at the site: no other may send them.
        var begun = new ConcurrentQueue<ManifestPart>(missing.Where(part => holdings[part.Ciphertext].Have > 0));
        var others = new ConcurrentQueue<ManifestPart>(missing.Where(part => holdings[part.Ciphertext].Have == 0));
        StagingEnd? first = null;
        await Task.WhenAll(connections.Take(missing.Count).Select(async (connection, index) =>
        {
            var sender = new PartSender(gateways, order, connection, tally);
            while (Volatile.Read(ref first) is null && ((index == 0 && begun.TryDequeue(out var part)) || others.TryDequeue(out part)))
            {
                if (await sender.SendAsync(part, holdings[part.Ciphertext].Have, cancellationToken) is { } end)
                {
                    Interlocked.CompareExchange(ref first, end, null);
                }
            }
        }));
        return first;
    }

    private static async Task<(Dictionary<Sha256Digest, Holding> Holdings, StagingEnd? Problem)> HoldingsAsync(
        SiteConnection connection, List<ManifestPart> parts, CancellationToken cancellationToken)
    {
        var holdings = parts.ToDictionary(part => part.Ciphertext, part => new Holding(part.Ciphertext, 0, Complete: false));
        foreach (var some in parts.Chunk(AgentProtocol.MaxItems))
        {
            switch (await connection.AskAsync<Holdings>(new Have([.. some.Select(part => part.Ciphertext)]), cancellationToken))
            {
                case SiteReply<Holdings>.Got(var answer, _):
                    // Only what was asked for counts, and an offset inside the part.
                    foreach (var holding in answer.Items.Where(item => holdings.ContainsKey(item.Digest)))
                    {
                        holdings[holding.Digest] = holding;
                    }

                    break;
                case SiteReply<Holdings>.Refused refused:
                    return (holdings, SiteRefusals.ToStagingEnd(refused.Code, refused.Sentence));
                case SiteReply<Holdings>.Down(var problem):
                    return (holdings, new StagingEnd.SiteDown(problem));
            }
        }

        return (holdings, null);
    }

    private static StagingCount Count(StagingOrder order, List<ManifestPart> parts, Dictionary<Sha256Digest, Holding> holdings)
    {
        var total = parts.Sum(part => part.CiphertextBytes);
        var there = parts.Sum(part => holdings[part.Ciphertext] is { Complete: true } ? part.CiphertextBytes : Math.Clamp(holdings[part.Ciphertext].Have, 0, part.CiphertextBytes));
        var shared = order.Known is { } known && known.Total == total ? Math.Min(known.Shared, there) : there;
        return new(total, there - shared, shared);
    }
}
