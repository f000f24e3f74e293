using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.HpcAgent.KeyHolding;
using Scanlock.HpcAgent.Queue;
using Scanlock.HpcAgent.Sites;
using Scanlock.HpcAgent.Staging;

namespace Scanlock.HpcAgent.Serving;

/// <summary>Answers the broker's requests, each from what is on the disk, and moves the local queue on with each.</summary>
internal sealed class AgentService : IAsyncDisposable
{
    private const int ChunkBytes = 4 << 20;
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(500);
    private readonly Site _site;
    private readonly SiteFacts _facts;
    private readonly Journal _journal;
    private readonly TimeProvider _time;
    private readonly CiphertextStore _store;
    private readonly LocalQueue _queue;
    private readonly JobRequests _jobs;
    private long _advancedAt;
    private bool _greeted;

    private AgentService(Site site, SiteFacts facts, Journal journal, TimeProvider time)
    {
        (_site, _facts, _journal, _time) = (site, facts, journal, time);
        _store = new(site.State, site.Caps, time);
        _queue = new(site, journal, time);
        _jobs = new(site, facts, _store, _queue, journal, time);
    }

    /// <summary>Clears what dead processes left in the state directory, and moves the queue on.</summary>
    public static async Task<AgentService> OpenAsync(Site site, TimeProvider time, CancellationToken cancellationToken)
    {
        var facts = await SiteFacts.GatherAsync(site, cancellationToken);
        var service = new AgentService(site, facts, new(site.State, time), time);
        using (await service._queue.LockAsync(cancellationToken))
        {
            service._queue.RemoveLeftovers();
            await service._jobs.RemoveUnusedAsync();
            service._queue.Advance();
        }

        return service;
    }

    public async Task<(AgentAnswer Answer, ReadOnlyMemory<byte> Body)> HandleAsync(
        AgentRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var (answer, content) = _greeted || request is Hello
            ? await DispatchAsync(request, body, cancellationToken)
            : (new Refused(AgentRefusals.Protocol, "The first request of a conversation is hello."), default);
        if (answer is Refused refused)
        {
            _journal.Refused(refused.Code, refused.Sentence);
        }

        return (answer, content);
    }

    private async Task<(AgentAnswer Answer, ReadOnlyMemory<byte> Body)> DispatchAsync(
        AgentRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        switch (request)
        {
            // Bulk transfers come in thousands: with them the queue moves at its pace and not theirs.
            case Put put:
                await AdvanceAtPaceAsync(cancellationToken);
                return (_site.IsStopped ? Stopped() : await _store.PutAsync(put, body, cancellationToken), default);
            case Fetch fetch:
                await AdvanceAtPaceAsync(cancellationToken);
                return await FetchAsync(fetch, cancellationToken);
            case Hello hello:
                return (Greet(hello), default);
            case Have have:
                return (await HoldingsAsync(have, cancellationToken), default);
            default:
                using (await _queue.LockAsync(cancellationToken))
                {
                    // Before the answer, so that it says how things are; after it, so that it has its effect.
                    _queue.Advance();
                    var answer = await _jobs.HandleAsync(request);
                    _queue.Advance();
                    return (answer, default);
                }
        }
    }

    private AgentAnswer Greet(Hello hello)
    {
        if (hello.Protocol != AgentProtocol.Version)
        {
            return new Refused(AgentRefusals.Protocol, $"This agent speaks version {AgentProtocol.Version} of the protocol, not {hello.Protocol}.");
        }

        _greeted = true;
        var version = typeof(AgentService).Assembly.GetName().Version!.ToString(3);
        return new Welcome(
            AgentProtocol.Version, $"scanlock-hpc-agent {version}", _site.Name, _site.Key.Public.Id, [.. _facts.Trainers.Keys], _facts.Isolation.Ways, _facts.Isolation.Problem);
    }

    private async Task<AgentAnswer> HoldingsAsync(Have have, CancellationToken cancellationToken)
    {
        if (have.Digests.Count > AgentProtocol.MaxItems)
        {
            return JobRequests.TooMany();
        }

        var holdings = new List<Holding>(have.Digests.Count);
        foreach (var digest in have.Digests)
        {
            holdings.Add(await _store.HaveAsync(digest, cancellationToken));
        }

        return new Holdings(holdings);
    }

    private async Task<(AgentAnswer Answer, ReadOnlyMemory<byte> Body)> FetchAsync(Fetch fetch, CancellationToken cancellationToken)
    {
        var job = _queue.Job(fetch.Job);
        if (!SealedParts.All.Contains(fetch.Part))
        {
            return (new Refused(AgentRefusals.BadRequest, $"The parts of a result are {string.Join(" and ", SealedParts.All)}."), default);
        }

        if (!job.Exists)
        {
            return (JobRequests.Unknown(), default);
        }

        if (job.Standing() != JobStanding.Finished)
        {
            return (new Refused(AgentRefusals.NotFinished, "The job has no result."), default);
        }

        await using var file = File.OpenRead(job.Part(fetch.Part));
        if (fetch.Offset < 0 || fetch.Offset > file.Length)
        {
            return (new Refused(AgentRefusals.WrongOffset, $"The part has {file.Length} bytes."), default);
        }

        file.Position = fetch.Offset;
        var chunk = new byte[Math.Min(ChunkBytes, file.Length - fetch.Offset)];
        await file.ReadExactlyAsync(chunk, cancellationToken);
        return (new Chunk(fetch.Offset, file.Length), chunk);
    }

    private async Task AdvanceAtPaceAsync(CancellationToken cancellationToken)
    {
        if (_time.GetElapsedTime(_advancedAt) > s_pace)
        {
            using (await _queue.LockAsync(cancellationToken))
            {
                _queue.Advance();
            }

            _advancedAt = _time.GetTimestamp();
        }
    }

    private static Refused Stopped() => new(AgentRefusals.KillSwitch, "The site's admin has stopped all jobs.");

    public ValueTask DisposeAsync() => _store.DisposeAsync();
}
