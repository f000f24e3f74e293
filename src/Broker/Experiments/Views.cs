using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Scanlock.Broker.Storage;
using Scanlock.Contracts;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Broker.Experiments;

/// <summary>Experiments and trials as their researcher sees them.</summary>
internal static class Views
{
    /// <summary>Experiments with more trials are shown without the trials' progress, and listed without the trials; each trial has its own view.</summary>
    public const int MaxShown = 50;

    /// <summary>Most progress of a trial in a view of its experiment: the latest.</summary>
    private const int ProgressInExperiment = 100;

    public static async Task<ExperimentView> OfAsync(BrokerDb db, Experiment experiment, CancellationToken cancellationToken)
    {
        var request = await db.Requests.AsNoTracking().SingleAsync(kept => kept.Id == experiment.RequestId, cancellationToken);
        var trials = await db.Trials.AsNoTracking().Where(trial => trial.ExperimentId == experiment.Id).OrderBy(trial => trial.Ordinal).ToListAsync(cancellationToken);
        var choices = await ChoicesAsync(db, [experiment.Id], cancellationToken);
        var views = new List<TrialView>();
        if (trials.Count <= MaxShown)
        {
            foreach (var trial in trials)
            {
                views.Add(await OfAsync(db, request, trial, choices[trial.Id], ProgressInExperiment, cancellationToken));
            }
        }
        else
        {
            var metrics = await db.Outcomes
                .Where(outcome => outcome.Metrics != null && db.Trials.Any(trial => trial.Id == outcome.TrialId && trial.ExperimentId == experiment.Id))
                .ToDictionaryAsync(outcome => outcome.TrialId, outcome => outcome.Metrics!, cancellationToken);
            views.AddRange(trials.Select(trial => Of(request, trial, choices[trial.Id], [], metrics.TryGetValue(trial.Id, out var json) ? Element(json) : null)));
        }

        return Of(experiment, request, trials.CountBy(trial => trial.State), views);
    }

    /// <summary>These experiments in their order, their trials without progress and metrics.</summary>
    public static async Task<IReadOnlyList<ExperimentView>> ListAsync(BrokerDb db, IReadOnlyList<Experiment> experiments, CancellationToken cancellationToken)
    {
        var ids = experiments.Select(experiment => experiment.Id).ToList();
        var asked = experiments.Select(experiment => experiment.RequestId).ToList();
        var requests = await db.Requests.AsNoTracking().Where(request => asked.Contains(request.Id)).ToDictionaryAsync(request => request.Id, cancellationToken);
        var states = (await db.Trials.Where(trial => ids.Contains(trial.ExperimentId))
                .GroupBy(trial => new { trial.ExperimentId, trial.State })
                .Select(group => new { group.Key.ExperimentId, group.Key.State, Count = group.Count() })
                .ToListAsync(cancellationToken))
            .ToLookup(group => group.ExperimentId, group => KeyValuePair.Create(group.State, group.Count));
        var few = ids.Where(id => states[id].Sum(group => group.Value) <= MaxShown).ToList();
        var trials = (await db.Trials.AsNoTracking().Where(trial => few.Contains(trial.ExperimentId)).OrderBy(trial => trial.Ordinal).ToListAsync(cancellationToken))
            .ToLookup(trial => trial.ExperimentId);
        var choices = await ChoicesAsync(db, few, cancellationToken);
        return
        [
            .. experiments.Select(experiment => Of(
                experiment,
                requests[experiment.RequestId],
                states[experiment.Id],
                [.. trials[experiment.Id].Select(trial => Of(requests[experiment.RequestId], trial, choices[trial.Id], [], null))])),
        ];
    }

    public static async Task<TrialView> OfAsync(BrokerDb db, Experiment experiment, Trial trial, CancellationToken cancellationToken)
    {
        var request = await db.Requests.AsNoTracking().SingleAsync(kept => kept.Id == experiment.RequestId, cancellationToken);
        var choices = await db.Specs.Where(spec => spec.TrialId == trial.Id).Select(spec => spec.Choices).SingleAsync(cancellationToken);
        return await OfAsync(db, request, trial, choices, int.MaxValue, cancellationToken);
    }

    private static async Task<TrialView> OfAsync(BrokerDb db, PermitRequest request, Trial trial, string choices, int latest, CancellationToken cancellationToken)
    {
        // A job's last progress may carry a failure code and no number: the trial itself says how it failed.
        var progress = await db.Progress.AsNoTracking()
            .Where(said => said.TrialId == trial.Id && said.Carried && said.Numbers != "{}")
            .OrderByDescending(said => said.Sequence)
            .Take(latest)
            .Select(said => new { said.Sequence, said.Epoch, said.Step, said.Numbers })
            .ToListAsync(cancellationToken);
        var metrics = await db.Outcomes.Where(outcome => outcome.TrialId == trial.Id).Select(outcome => outcome.Metrics).SingleOrDefaultAsync(cancellationToken);
        return Of(
            request,
            trial,
            choices,
            [.. progress.AsEnumerable().Reverse().Select(said => new ProgressView(said.Sequence, said.Epoch, said.Step, Numbers(said.Numbers)))],
            metrics is null ? null : Element(metrics));
    }

    /// <summary>The state of an experiment: running while some trial does, else that of the furthest that lives; then finished if any finished.</summary>
    internal static string StateOf(IReadOnlyCollection<TrialState> trials)
    {
        var live = trials.Where(trial => !trial.IsTerminal()).ToList();
        if (live.Count > 0)
        {
            return (live.Contains(TrialState.Running) ? TrialState.Running : live.Max()).ToName();
        }

        return (trials.Contains(TrialState.Finished) ? TrialState.Finished : trials.Min()).ToName();
    }

    internal static JsonElement Element(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static async Task<Dictionary<string, string>> ChoicesAsync(BrokerDb db, IReadOnlyCollection<string> experiments, CancellationToken cancellationToken) =>
        await (from trial in db.Trials
               join spec in db.Specs on trial.Id equals spec.TrialId
               where experiments.Contains(trial.ExperimentId)
               select new { trial.Id, spec.Choices }).ToDictionaryAsync(one => one.Id, one => one.Choices, cancellationToken);

    private static ExperimentView Of(
        Experiment experiment, PermitRequest request, IEnumerable<KeyValuePair<TrialState, int>> states, IReadOnlyList<TrialView> views)
    {
        var counts = states.OrderBy(state => state.Key).ToList();
        return new(
            experiment.Id, experiment.Name, experiment.Gateway, experiment.Dataset, experiment.Site, StateOf([.. counts.Select(state => state.Key)]),
            request.Id, request.State == PermitRequest.Asking ? RequestStates.Pending : request.State, Reasons.Read(request.Reasons),
            counts.ToDictionary(state => state.Key.ToName(), state => state.Value, StringComparer.Ordinal), views, experiment.At);
    }

    private static TrialView Of(PermitRequest request, Trial trial, string choices, IReadOnlyList<ProgressView> progress, JsonElement? metrics) => new(
        trial.Id,
        trial.ExperimentId,
        JsonSerializer.Deserialize(choices, ContractsJson.Strict.IReadOnlyDictionaryStringJsonElement) ?? throw new InvalidOperationException("Kept choices are some."),
        trial.State.ToName(),
        trial.Reused,
        trial.Job,
        trial.Failure,
        Explain(request, trial),
        trial.StagingTotal > 0 ? new(trial.StagingTotal, trial.StagingSent, trial.StagingShared) : null,
        progress,
        metrics,
        trial.Model,
        trial.At);

    private static string? Explain(PermitRequest request, Trial trial) => trial.State switch
    {
        TrialState.WaitingApproval when request.State == RequestStates.Allowed => trial.Trouble,
        TrialState.WaitingApproval => request.Trouble ?? PermitSentences.Of(request.Gateway, RequestStates.Pending, Reasons.Read(request.Reasons)),
        TrialState.Purging when trial.Trouble is { } trouble => $"{trial.Explanation} The site is not purged yet: {trouble}".TrimStart(),
        _ when trial.State.IsTerminal() => trial.Explanation,
        _ => trial.Trouble ?? trial.Explanation,
    };

    private static IReadOnlyDictionary<string, double> Numbers(string json) =>
        JsonSerializer.Deserialize(json, ContractsJson.Strict.IReadOnlyDictionaryStringDouble) ?? throw new InvalidOperationException("Kept numbers are some.");
}
