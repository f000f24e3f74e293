using System.Collections.Concurrent;
using System.Net.Sockets;
using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;

namespace Scanlock.Broker.Tests.Ends;

/// <summary>
/// The protocol's other end at a site, played in the test process behind a real sshd: deterministic, remembers what it was told, and can
/// be made to misbehave. Each poll moves a job one step: queued, wants keys, says progress, wants a renewal, finished.
/// </summary>
internal sealed class ScriptedAgent : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _conversations = [];
    private readonly Lock _gate = new();
    private readonly Task _accepting;

    public ScriptedAgent(string socket, string site, Sha256Digest trainer)
    {
        Site = site;
        Trainers = [trainer];
        _listener.Bind(new UnixDomainSocketEndPoint(socket));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public SigningKey Key { get; } = SigningKey.Create();

    public string Site { get; set; }

    public IReadOnlyList<Sha256Digest> Trainers { get; set; }

    public Dictionary<Sha256Digest, byte[]> Staged { get; } = [];

    public Dictionary<Sha256Digest, AgentJob> Jobs { get; } = [];

    public Dictionary<Sha256Digest, string> Receipts { get; } = [];

    /// <summary>How each job ends; null finishes with results.</summary>
    public string? Failure { get; set; }

    /// <summary>What each job says of its accuracy after its epoch.</summary>
    public Func<Job, double> Accuracy { get; set; } = _ => 0.75;

    /// <summary>Bytes of the sealed model.</summary>
    public int ModelBytes { get; set; } = 300_000;

    /// <summary>Most progress statements of a job in one answer.</summary>
    public int MostProgress { get; set; } = 1000;

    /// <summary>Progress statements that a job says at its first word.</summary>
    public int FirstWords { get; set; } = 1;

    /// <summary>Jobs stop moving at this step.</summary>
    public int StopAtStep { get; set; } = int.MaxValue;

    /// <summary>Changes bytes as they arrive.</summary>
    public Action<Put, byte[]>? OnPut { get; set; }

    /// <summary>Called before a request is obeyed, and again before its answer is sent; may wait, so that the broker can be killed meanwhile.</summary>
    public Func<AgentRequest, bool, Task>? OnRequest { get; set; }

    /// <summary>Answers instead of the script, where not null.</summary>
    public Func<AgentRequest, AgentAnswer?>? Instead { get; set; }

    public ConcurrentQueue<AgentRequest> Heard { get; } = new();

    public long BytesPut { get; private set; }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _conversations.Add(ConverseAsync(await _listener.AcceptAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    private async Task ConverseAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            while (await AgentFrames.ReadAsync(stream, ContractsJson.Strict.AgentRequest, _stop.Token) is { } request)
            {
                var body = await AgentFrames.ReadBodyAsync(stream, request.Body, _stop.Token);
                Heard.Enqueue(request);
                if (OnRequest is { } before)
                {
                    await before(request, false);
                }

                AgentAnswer answer;
                byte[] bytes;
                lock (_gate)
                {
                    bytes = [];
                    answer = Instead?.Invoke(request) ?? Answer(request, body, out bytes);
                }

                if (OnRequest is { } after)
                {
                    await after(request, true);
                }

                await AgentFrames.WriteAsync(stream, answer, ContractsJson.Strict.AgentAnswer, bytes, _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or WireFormatException)
        {
            // The broker hung up or was killed in the middle of a sentence.
            return;
        }
    }

    private AgentAnswer Answer(AgentRequest request, byte[] body, out byte[] bytes)
    {
        bytes = [];
        switch (request)
        {
            case Hello:
                return new Welcome(AgentProtocol.Version, "test", Site, Key.Public.Id, Trainers, ["bubblewrap"], null);
            case Have have:
                return new Holdings([.. have.Digests.Select(digest => Staged.TryGetValue(digest, out var held)
                    ? new Holding(digest, held.Length, Sha256Digest.Of(held) == digest)
                    : new Holding(digest, 0, false))]);
            case Put put:
                return Store(put, body);
            case Submit submit:
                return Accept(submit);
            case Poll poll:
                return new Contracts.Agent.Jobs([.. poll.Jobs.Select(asked => Jobs.TryGetValue(asked.Job, out var job)
                    ? job.Advance(asked.After)
                    : new JobStatus(asked.Job, JobStates.Unknown, null, [], null, null))]);
            case Deliver deliver:
                return Jobs.TryGetValue(deliver.Job, out var waiting) && waiting.Take(deliver) ? new Done() : new Refused(AgentRefusals.OtherJob, "No such request.");
            case Fetch fetch:
                return Read(fetch, out bytes);
            case Cancel cancel:
                if (!Jobs.TryGetValue(cancel.Job, out var running))
                {
                    return new Refused(AgentRefusals.UnknownJob, "");
                }

                running.Stop();
                return new Done();
            case Purge purge:
                return Delete(purge);
            case Discard discard:
                foreach (var digest in discard.Digests.Where(digest => !Jobs.Values.Any(job => job.Inputs.Contains(digest))))
                {
                    Staged.Remove(digest);
                }

                return new Done();
            default:
                throw new InvalidOperationException("No such request.");
        }
    }

    private AgentAnswer Store(Put put, byte[] body)
    {
        OnPut?.Invoke(put, body);
        var held = Staged.GetValueOrDefault(put.Digest) ?? [];
        if (held.Length != put.Offset)
        {
            return held.Length == put.Bytes ? new Stored(put.Bytes, true) : new Refused(AgentRefusals.WrongOffset, "");
        }

        BytesPut += body.Length;
        Staged[put.Digest] = [.. held, .. body];
        if (held.Length + body.Length < put.Bytes)
        {
            return new Stored(held.Length + body.Length, false);
        }

        if (Sha256Digest.Of(Staged[put.Digest]) == put.Digest)
        {
            return new Stored(put.Bytes, true);
        }

        Staged.Remove(put.Digest);
        return new Refused(AgentRefusals.DigestMismatch, "");
    }

    private AgentAnswer Accept(Submit submit)
    {
        var job = StatementKinds.Job.ReadUnverified(submit.Job);
        if (!Jobs.ContainsKey(job.Digest))
        {
            if (!job.Value.Inputs.All(input => Staged.TryGetValue(input.Digest, out var held) && held.Length == input.Bytes))
            {
                return new Refused(AgentRefusals.NotStaged, "");
            }

            Jobs[job.Digest] = new(job, this);
        }

        return new Accepted(job.Digest);
    }

    private AgentAnswer Read(Fetch fetch, out byte[] bytes)
    {
        bytes = [];
        if (!Jobs.TryGetValue(fetch.Job, out var job) || job.Result(fetch.Part) is not { } part)
        {
            return new Refused(AgentRefusals.NotFinished, "");
        }

        bytes = part[(int)fetch.Offset..Math.Min(part.Length, (int)fetch.Offset + 100_000)];
        return new Chunk(fetch.Offset, part.Length) { Body = bytes.Length };
    }

    private AgentAnswer Delete(Purge purge)
    {
        if (Receipts.TryGetValue(purge.Job, out var receipt))
        {
            return new Purged(receipt);
        }

        if (!Jobs.TryGetValue(purge.Job, out var job))
        {
            return new Refused(AgentRefusals.UnknownJob, "");
        }

        if (!job.IsOver)
        {
            return new Refused(AgentRefusals.NotFinished, "");
        }

        Jobs.Remove(purge.Job);
        var deleted = job.Inputs.Where(Staged.Remove).ToList();
        receipt = StatementKinds.PurgeReceipt.Sign(new(1, Site, purge.Job, deleted, [], DateTimeOffset.UnixEpoch), Key).Compact;
        Receipts[purge.Job] = receipt;
        return new Purged(receipt);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_conversations);
        _stop.Dispose();
        Key.Dispose();
    }
}
