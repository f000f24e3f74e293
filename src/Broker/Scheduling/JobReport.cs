using System.Text.Json;
using Scanlock.Broker.Experiments;
using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Contracts.Trials;

namespace Scanlock.Broker.Scheduling;

/// <summary>
/// What a site says of one job, read and checked for sense. The broker holds no agent's key, so it believes none of it for anyone else:
/// the statements go to the gateway as they are.
/// </summary>
/// <param name="KeyRequest">The key request that waits for an answer.</param>
/// <param name="Progress">New progress, in order.</param>
/// <param name="Bundle">The result bundle, compact, of a finished job.</param>
/// <param name="Happened">What it means for the trial.</param>
internal sealed record JobReport(Statement<KeyRequest>? KeyRequest, IReadOnlyList<KeptProgress> Progress, string? Bundle, TrialEvent Happened)
{
    public bool IsTheEnd => Happened is TrialEvent.SiteFinished or TrialEvent.SiteFailed;

    /// <exception cref="WireFormatException">It makes no sense; the message says in which way.</exception>
    public static JobReport Read(Trial trial, JobStatus status)
    {
        var request = status.KeyRequest is null ? null : StatementKinds.KeyRequest.ReadUnverified(status.KeyRequest);
        if (request is not null && request.Value.Job != status.Job)
        {
            throw new WireFormatException("a key request of another job");
        }

        var progress = new List<KeptProgress>();
        foreach (var compact in status.Progress.Take(AgentProtocol.MaxItems))
        {
            if (ReadProgress(trial, status.Job, compact, progress.LastOrDefault()?.Sequence ?? trial.ProgressSeen) is { } said)
            {
                progress.Add(said);
            }
        }

        return new(request, progress, status.Bundle, Meaning(status));
    }

    private static KeptProgress? ReadProgress(Trial trial, Sha256Digest job, string compact, int after)
    {
        var said = StatementKinds.Progress.ReadUnverified(compact).Value;
        if (said.Job != job)
        {
            throw new WireFormatException("progress of another job");
        }

        if (said.Values.Count > ProgressNames.MostInLine || said.Values.Keys.Except(ProgressNames.All, StringComparer.Ordinal).Any())
        {
            throw new WireFormatException("progress with numbers that are not declared");
        }

        return said.Sequence <= after
            ? null
            : new(trial.Id, said.Sequence, said.Epoch, said.Step, JsonSerializer.Serialize(said.Values, ContractsJson.Strict.IReadOnlyDictionaryStringDouble), compact);
    }

    private static TrialEvent Meaning(JobStatus status) => status.State switch
    {
        JobStates.Unknown => new TrialEvent.SiteForgot(),
        JobStates.Queued => new TrialEvent.SiteQueued(),
        JobStates.Running => new TrialEvent.SiteRuns(),
        JobStates.Finished when BundleOf(status) is not null => new TrialEvent.SiteFinished(),
        JobStates.Failed when status.Failure is { } code && JobFailures.All.Contains(code, StringComparer.Ordinal) => new TrialEvent.SiteFailed(code, FailureSentences.Of(code)),
        _ => throw new WireFormatException("a state that is none, or lacks what belongs to it"),
    };

    private static ResultBundle? BundleOf(JobStatus status)
    {
        if (status.Bundle is null)
        {
            return null;
        }

        var bundle = StatementKinds.ResultBundle.ReadUnverified(status.Bundle).Value;
        return bundle.Job == status.Job ? bundle : throw new WireFormatException("the results of another job");
    }
}
