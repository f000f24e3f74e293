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
        var trials = await db.Trials.AsNoTracking().Where(trial => trial.ExperimentId == experiment.Id).OrderBy(trial => trial.Ordinal).ToListAsync(cancellationToken);
        var views = new List<TrialView>();
        if (trials.Count <= MaxShown)
        {
            foreach (var trial in trials)
            {
                views.Add(await OfAsync(db, experiment, trial, ProgressInExperiment, cancellationToken));
            }
        }
        else
        {
            var metrics = await db.Outcomes
                .Where(outcome => outcome.Metrics != null && db.Trials.Any(trial => trial.Id == outcome.TrialId && trial.ExperimentId == experiment.Id))
                .ToDictionaryAsync(outcome => outcome.TrialId, outcome => outcome.Metrics!, cancellationToken);
            views.AddRange(trials.Select(trial => Of(experiment, trial, [], metrics.TryGetValue(trial.Id, out var json) ? Element(json) : null)));
        }

        return Of(experiment, [.. trials.Select(trial => trial.State)], views);
    }

    /// <summary>These experiments in their order, their trials without progress and metrics.</summary>
    public static async Task<IReadOnlyList<ExperimentView>> ListAsync(BrokerDb db, IReadOnlyList<Experiment> experiments, CancellationToken cancellationToken)
    {
        var ids = experiments.Select(experiment => experiment.Id).ToList();
        var states = (await db.Trials.Where(trial => ids.Contains(trial.ExperimentId))
                .GroupBy(trial => new { trial.ExperimentId, trial.State })
                .Select(group => new { group.Key.ExperimentId, group.Key.State, Count = group.Count() })
                .ToListAsync(cancellationToken))
            .ToLookup(group => group.ExperimentId);
        var few = ids.Where(id => states[id].Sum(group => group.Count) <= MaxShown).ToList();
        var trials = (await db.Trials.AsNoTracking().Where(trial => few.Contains(trial.ExperimentId)).OrderBy(trial => trial.Ordinal).ToListAsync(cancellationToken))
            .ToLookup(trial => trial.ExperimentId);
        return
        [
            .. experiments.Select(experiment => Of(
                experiment,
                [.. states[experiment.Id].Select(group => group.State)],
                [.. trials[experiment.Id].Select(trial => Of(experiment, trial, [], null))])),
        ];
    }

    public static async Task<TrialView> OfAsync(BrokerDb db, Experiment experiment, Trial trial, int latest, CancellationToken cancellationToken)
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
            experiment,
            trial,
            [.. progress.AsEnumerable().Reverse().Select(said => new ProgressView(said.Sequence, said.Epoch, said.Step, Numbers(said.Numbers)))],
            metrics is null ? null : Element(metrics));
    }

    /// <summary>The state of an experiment: while some trial lives, that of the furthest such; then finished if any finished.</summary>
    internal static string StateOf(IReadOnlyCollection<TrialState> trials)
    {
        var live = trials.Where(trial => !trial.IsTerminal()).ToList();
        if (live.Count > 0)
        {
            return live.Max().ToName();
        }

        return (trials.Contains(TrialState.Finished) ? TrialState.Finished : trials.Min()).ToName();
    }

    internal static JsonElement Element(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static ExperimentView Of(Experiment experiment, IReadOnlyCollection<TrialState> states, IReadOnlyList<TrialView> views) => new(
        experiment.Id, experiment.Name, experiment.Gateway, experiment.Dataset, experiment.Site, StateOf(states),
        experiment.Request == ExperimentRequests.Asking ? RequestStates.Pending : experiment.Request, Reasons.Read(experiment.Reasons), views, experiment.At);

    private static TrialView Of(Experiment experiment, Trial trial, IReadOnlyList<ProgressView> progress, JsonElement? metrics) => new(
        trial.Id,
        trial.State.ToName(),
        trial.Job,
        trial.Failure,
        Explain(experiment, trial),
        trial.StagingTotal > 0 ? new(trial.StagingTotal, trial.StagingSent, trial.StagingShared) : null,
        progress,
        metrics,
        trial.Model,
        trial.At);

    private static string? Explain(Experiment experiment, Trial trial) => trial.State switch
    {
        TrialState.WaitingApproval => experiment.Trouble ?? PermitSentences.Of(experiment.Gateway, RequestStates.Pending, Reasons.Read(experiment.Reasons)),
        TrialState.Purging when trial.Trouble is { } trouble => $"{trial.Explanation} The site is not purged yet: {trouble}".TrimStart(),
        _ when trial.State.IsTerminal() => trial.Explanation,
        _ => trial.Trouble ?? trial.Explanation,
    };

    private static IReadOnlyDictionary<string, double> Numbers(string json) =>
        JsonSerializer.Deserialize(json, ContractsJson.Strict.IReadOnlyDictionaryStringDouble) ?? throw new InvalidOperationException("Kept numbers are some.");
}
