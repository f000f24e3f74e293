using Microsoft.EntityFrameworkCore;
using Scanlock.Broker.Experiments;
using Scanlock.Broker.Gateways;
using Scanlock.Broker.Storage;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Broker.Scheduling;

/// <summary>After the end of trials: sees what reviewers decide on their results, and takes metrics once they are let out.</summary>
internal sealed class ResultLane(IDbContextFactory<BrokerDb> databases, TrialStore trials, Papers papers, GatewayClient gateways, TimeSpan poll, TimeProvider clock)
{
    private const int MaxAtOnce = 1000;

    public async Task RoundAsync(CancellationToken cancellationToken)
    {
        foreach (var trial in await DueAsync(cancellationToken))
        {
            await LookAsync(trial, cancellationToken);
        }
    }

    /// <summary>Looks at a finished trial's results once; a gateway that does not answer leaves all as it was.</summary>
    public async Task<Trial> LookAsync(Trial trial, CancellationToken cancellationToken)
    {
        if (await papers.GatewayAsync(trial, cancellationToken) is not { } gateway
            || await gateways.ResultAsync(gateway, trial.Job!, cancellationToken) is not GatewayReply<ResultView>.Got(var view))
        {
            return await SeeAsync(trial, trial.Metrics!, trial.Model!, trial.Explanation, null, cancellationToken);
        }

        var (metrics, problem) = trial.Metrics == ResultStates.Review
            ? await ReleasedMetrics.TakeAsync(gateways, gateway, trial.Job!, view, cancellationToken)
            : (null, null);

        // Metrics that are out but cannot be had yet are looked for again.
        return await SeeAsync(trial, problem is null ? view.Metrics : trial.Metrics!, view.Model, ReleasedMetrics.Explain(view), metrics, cancellationToken);
    }

    private Task<Trial> SeeAsync(Trial trial, string metricsState, string model, string? explanation, string? metrics, CancellationToken cancellationToken) =>
        trials.ApplyAsync(
            trial.Id,
            new TrialEvent.ResultsSeen(metricsState, model, explanation, clock.GetUtcNow() + Setbacks.Pace(clock.GetUtcNow() - trial.At, poll)),
            cancellationToken,
            db => metrics is null ? Task.CompletedTask : Papers.KeepOutcomeAsync(db, trial.Id, outcome => outcome with { Metrics = metrics }, cancellationToken));

    private async Task<List<Trial>> DueAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var now = clock.GetUtcNow();
        return await db.Trials.AsNoTracking()
            .Where(trial => trial.State == TrialState.Finished && trial.DueAt <= now
                && (trial.Metrics == ResultStates.Review || trial.Model == ResultStates.Review))
            .OrderBy(trial => trial.DueAt)
            .Take(MaxAtOnce)
            .ToListAsync(cancellationToken);
    }
}
