using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Scanlock.Broker.Experiments;
using Scanlock.Broker.Storage;
using Scanlock.Contracts;
using Scanlock.Contracts.Searches;

namespace Scanlock.Broker.Searches;

/// <summary>Judges the trials of searches by what they report, and stops those that are not worth going on with.</summary>
internal sealed class SearchLane(IDbContextFactory<BrokerDb> databases, TrialStore trials)
{
    public async Task RoundAsync(CancellationToken cancellationToken)
    {
        foreach (var experiment in await RunningAsync(cancellationToken))
        {
            var search = JsonSerializer.Deserialize(experiment.Spec, ContractsJson.Strict.ExperimentSpec)!.Search!;
            await JudgeAsync(experiment.Id, search.Objective!, new AshaRule(search.Halving ?? AshaRule.Usual, search.Objective!), cancellationToken);
        }
    }

    private async Task<List<Experiment>> RunningAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Experiments.AsNoTracking()
            .Where(experiment => experiment.Method == SearchMethods.Asha
                && db.Trials.Any(trial => trial.ExperimentId == experiment.Id && trial.State == TrialState.Running && !trial.CancelAsked))
            .ToListAsync(cancellationToken);
    }

    private async Task JudgeAsync(string experiment, Objective objective, AshaRule rule, CancellationToken cancellationToken)
    {
        var (reports, judged) = await ReadAsync(experiment, rule, cancellationToken);
        HashSet<string> stopped = new(StringComparer.Ordinal);
        foreach (var report in reports)
        {
            var values = JsonSerializer.Deserialize(report.Numbers, ContractsJson.Strict.IReadOnlyDictionaryStringDouble)!;
            if (stopped.Contains(report.Trial) || judged.Any(rung => rung.TrialId == report.Trial && rung.Epoch == report.Epoch) || !values.TryGetValue(objective.Metric, out var value))
            {
                continue;
            }

            var before = judged.Where(rung => rung.Epoch == report.Epoch).Select(rung => rung.Value).ToList();
            var rung = new Rung(report.Trial, report.Epoch, value, rule.GoesOn(value, before));
            await KeepAsync(rung, rule.Explain(rung.Epoch, value, before.Count + 1), cancellationToken);
            judged.Add(rung);
            if (!rung.GoesOn)
            {
                stopped.Add(rung.TrialId);
            }
        }
    }

    /// <summary>What was reported at rungs and not judged yet, lower rungs first, and what was. Trials that have ended count too: others are measured by them.</summary>
    private async Task<(List<Report> Reports, List<Rung> Judged)> ReadAsync(string experiment, AshaRule rule, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var mine = db.Trials.Where(trial => trial.ExperimentId == experiment);
        var judged = await db.Rungs.AsNoTracking().Where(rung => mine.Any(trial => trial.Id == rung.TrialId)).ToListAsync(cancellationToken);
        var longest = await db.Specs.Where(spec => mine.Any(trial => trial.Id == spec.TrialId)).MaxAsync(spec => spec.Epochs, cancellationToken);
        var epochs = rule.Rungs(longest).ToList();
        var reports = await (
            from said in db.Progress
            join trial in mine on said.TrialId equals trial.Id
            join spec in db.Specs on trial.Id equals spec.TrialId
            where said.Carried && said.Numbers != "{}" && epochs.Contains(said.Epoch) && said.Epoch < spec.Epochs
                && !db.Rungs.Any(rung => rung.TrialId == said.TrialId && rung.Epoch == said.Epoch)
            orderby said.Epoch, trial.Ordinal, said.Sequence
            select new Report { Trial = trial.Id, Epoch = said.Epoch, Numbers = said.Numbers }).ToListAsync(cancellationToken);
        return (reports, judged);
    }

    /// <summary>The judgement and what follows from it, in one transaction: it is passed once, whatever is reported later.</summary>
    private Task<Trial> KeepAsync(Rung rung, string sentence, CancellationToken cancellationToken) => trials.ApplyAsync(
        rung.TrialId,
        rung.GoesOn ? new TrialEvent.RungPassed() : new TrialEvent.StoppedEarly(sentence),
        cancellationToken,
        db =>
        {
            db.Rungs.Add(rung);
            return Task.CompletedTask;
        });

    /// <summary>What a trial said at a rung.</summary>
    private sealed class Report
    {
        public required string Trial { get; init; }
        public required int Epoch { get; init; }
        public required string Numbers { get; init; }
    }
}

/// <summary>The judgement on a trial at a rung.</summary>
/// <param name="Epoch">The rung.</param>
/// <param name="Value">The objective there.</param>
internal sealed record Rung(string TrialId, int Epoch, double Value, bool GoesOn);
