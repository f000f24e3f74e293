using System.Security.Cryptography;
using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;

namespace Scanlock.Broker.Tests.Ends;

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
        return new(job.Digest, state, _asked?.Compact, [.. _progress.Skip(after).Take(agent.MostProgress)], _bundle, _failure);
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
                for (var i = 0; i < agent.FirstWords; i++)
                {
                    Say(new() { ["loss"] = 0.5 }, null);
                }

                break;
            case 4:
                Ask(1);
                break;
            case 5:
                Say(new() { ["loss"] = 0.25, ["accuracy"] = agent.Accuracy(job.Value) }, null);
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
