using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Cryptography;
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

    /// <summary>Bytes of the sealed model.</summary>
    public int ModelBytes { get; set; } = 300_000;

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

/// <summary>A job at the scripted agent.</summary>
internal sealed class AgentJob(Statement<Job> job, ScriptedAgent agent)
{
    private readonly List<string> _progress = [];
    private readonly byte[] _metrics = RandomNumberGenerator.GetBytes(500);
    private readonly byte[] _model = RandomNumberGenerator.GetBytes(agent.ModelBytes);
    private Statement<KeyRequest>? _asked;
    private string? _bundle;
    private string? _failure;

    public int Step { get; private set; }

    public IReadOnlyList<Sha256Digest> Inputs { get; } = [.. job.Value.Inputs.Select(input => input.Digest)];

    public List<string?> Releases { get; } = [];

    public bool IsOver => _bundle is not null || _failure is not null;

    public JobStatus Advance(int after)
    {
        if (!IsOver && _asked is null && Step < agent.StopAtStep)
        {
            Move();
        }

        var state = _failure is not null ? JobStates.Failed : _bundle is not null ? JobStates.Finished : Step <= 1 ? JobStates.Queued : JobStates.Running;
        return new(job.Digest, state, _asked?.Compact, [.. _progress.Skip(after)], _bundle, _failure);
    }

    public bool Take(Deliver deliver)
    {
        if (_asked?.Digest != deliver.Request)
        {
            return false;
        }

        _asked = null;
        Releases.Add(deliver.Release);
        if (deliver.Release is null)
        {
            Fail(Step <= 2 ? JobFailures.KeyRefused : JobFailures.LeaseLapsed);
        }

        return true;
    }

    public void Stop()
    {
        if (!IsOver)
        {
            _asked = null;
            Fail(JobFailures.Cancelled);
        }
    }

    public byte[]? Result(string part) => _bundle is null ? null : part switch
    {
        "metrics" => _metrics,
        "model" => _model,
        _ => null,
    };

    private void Move()
    {
        switch (++Step)
        {
            case 2:
                Ask(0);
                break;
            case 3:
                Say(new() { ["loss"] = 0.5 }, null);
                break;
            case 4:
                Ask(1);
                break;
            case 5:
                Say(new() { ["loss"] = 0.25, ["accuracy"] = 0.75 }, null);
                break;
            case 6 when agent.Failure is { } failure:
                Fail(failure);
                break;
            case 6:
                Finish();
                break;
        }
    }

    private void Ask(int sequence) => _asked = StatementKinds.KeyRequest.Sign(
        new(1, job.Digest, StatementKinds.Permit.ReadUnverified(job.Value.Permits[0]).Digest, Convert.ToBase64String(new byte[32]), job.Value.Trainer, job.Value.Trainer, "node", "bubblewrap", sequence, null, DateTimeOffset.UnixEpoch),
        agent.Key);

    private void Say(Dictionary<string, double> values, string? failure) => _progress.Add(
        StatementKinds.Progress.Sign(new(1, job.Digest, _progress.Count + 1, 1, Step, values, failure, DateTimeOffset.UnixEpoch), agent.Key).Compact);

    private void Fail(string failure)
    {
        Say([], failure);
        _failure = failure;
    }

    private void Finish() => _bundle = StatementKinds.ResultBundle.Sign(
        new(
            1, job.Digest, StatementKinds.Permit.ReadUnverified(job.Value.Permits[0]).Digest,
            new(Sha256Digest.Of(_metrics), _metrics.Length), new(Sha256Digest.Of(_model), _model.Length),
            Sha256Digest.Of([]), job.Value.Trainer, job.Value.Trainer, "node", "bubblewrap", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch),
        agent.Key).Compact;
}
