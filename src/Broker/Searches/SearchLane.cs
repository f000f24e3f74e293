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
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var judged = (await (from rung in db.Rungs.AsNoTracking()
                             join trial in db.Trials on rung.TrialId equals trial.Id
                             where trial.ExperimentId == experiment
                             select rung).ToListAsync(cancellationToken)).ToList();
        var running = await (from trial in db.Trials
                             join spec in db.Specs on trial.Id equals spec.TrialId
                             where trial.ExperimentId == experiment && trial.State == TrialState.Running && !trial.CancelAsked
                             orderby trial.Ordinal
                             select new { trial.Id, spec.Epochs }).AsNoTracking().ToListAsync(cancellationToken);
        foreach (var trial in running)
        {
            foreach (var epoch in rule.Rungs(trial.Epochs).Except(judged.Where(rung => rung.TrialId == trial.Id).Select(rung => rung.Epoch)))
            {
                if (await ValueAsync(db, trial.Id, epoch, objective.Metric, cancellationToken) is not { } value)
                {
                    break;
                }

                var before = judged.Where(rung => rung.Epoch == epoch).Select(rung => rung.Value).ToList();
                var passed = new Rung(trial.Id, epoch, value, rule.GoesOn(value, before));
                await KeepAsync(passed, rule.Explain(epoch, value, before.Count + 1), cancellationToken);
                judged.Add(passed);
                if (!passed.GoesOn)
                {
                    break;
                }
            }
        }
    }

    /// <summary>What a trial reported after that epoch; null where it has not come so far, or did not say this number.</summary>
    private static async Task<double?> ValueAsync(BrokerDb db, string trial, int epoch, string metric, CancellationToken cancellationToken)
    {
        var numbers = await db.Progress.Where(said => said.TrialId == trial && said.Epoch == epoch && said.Carried).Select(said => said.Numbers).ToListAsync(cancellationToken);
        return numbers.Select(json => JsonSerializer.Deserialize(json, ContractsJson.Strict.IReadOnlyDictionaryStringDouble)!)
            .Where(values => values.ContainsKey(metric))
            .Select(values => (double?)values[metric])
            .FirstOrDefault();
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
}

/// <summary>The judgement on a trial at a rung.</summary>
/// <param name="Epoch">The rung.</param>
/// <param name="Value">The objective there.</param>
internal sealed record Rung(string TrialId, int Epoch, double Value, bool GoesOn);
