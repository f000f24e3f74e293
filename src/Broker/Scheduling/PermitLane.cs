using Microsoft.EntityFrameworkCore;
using Scanlock.Broker.Experiments;
using Scanlock.Broker.Gateways;
using Scanlock.Broker.Storage;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Broker.Scheduling;

/// <summary>Asks the gateways how the open requests stand, and sends the trials of decided ones on their way.</summary>
internal sealed class PermitLane(
    IDbContextFactory<BrokerDb> databases, TrialStore trials, GatewayDirectory gateways, GatewayClient client, TimeSpan poll, TimeProvider clock)
{
    /// <summary>An experiment that is being handed in is left alone this long: whoever hands it in hears of it first.</summary>
    private static readonly TimeSpan s_handingIn = TimeSpan.FromMinutes(2);
    private const int MaxAtOnce = 1000;

    public async Task RoundAsync(CancellationToken cancellationToken)
    {
        foreach (var group in (await OpenAsync(cancellationToken)).GroupBy(experiment => experiment.Gateway))
        {
            var down = false;
            foreach (var experiment in group)
            {
                // A gateway that does not answer is asked once a round, not once for each of its requests.
                down = down || !await LookAsync(experiment, cancellationToken);
            }
        }

        await ForwardAsync(cancellationToken);
    }

    private async Task<List<Experiment>> OpenAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var handedIn = now - s_handingIn;
        return await db.Experiments.AsNoTracking()
            .Where(experiment => experiment.DueAt <= now
                && (experiment.Request == RequestStates.Pending || (experiment.Request == ExperimentRequests.Asking && experiment.At < handedIn)))
            .OrderBy(experiment => experiment.DueAt)
            .Take(MaxAtOnce)
            .ToListAsync(cancellationToken);
    }

    /// <summary>False where the gateway does not answer.</summary>
    private async Task<bool> LookAsync(Experiment experiment, CancellationToken cancellationToken)
    {
        if (gateways.Find(experiment.Gateway) is not { } gateway)
        {
            await WaitAsync(experiment, $"The gateway '{experiment.Gateway}' is not in this broker's configuration any more.", cancellationToken);
            return true;
        }

        switch (await client.PermitAsync(gateway, experiment.Id, cancellationToken))
        {
            case GatewayReply<PermitView>.Got({ State: RequestStates.Allowed } view):
                await AllowAsync(experiment, gateway, view, cancellationToken);
                return true;
            case GatewayReply<PermitView>.Got(var view):
                await SaveAsync(experiment, row => row with { Request = view.State, Reasons = Reasons.Write(view.Reasons), Trouble = null, Attempts = 0, DueAt = Later(experiment) }, null, cancellationToken);
                return true;
            case GatewayReply<PermitView>.Refused { Status: StatusCodes.Status404NotFound }:
                await WaitAsync(experiment, $"The gateway '{gateway.Name}' has no such request: it was not asked before the broker stopped. Hand the experiment in again, with the same id.", cancellationToken);
                return true;
            case GatewayReply<PermitView>.Refused refused:
                await WaitAsync(experiment, refused.Explanation, cancellationToken);
                return true;
            case GatewayReply<PermitView>.Unavailable unavailable:
                await WaitAsync(experiment, unavailable.Sentence, cancellationToken);
                return false;
            default:
                throw new InvalidOperationException("No such reply.");
        }
    }

    private async Task AllowAsync(Experiment experiment, Gateway gateway, PermitView view, CancellationToken cancellationToken)
    {
        if (view is not { Permit: { } permit, Manifest: { } manifest })
        {
            await WaitAsync(experiment, $"The gateway '{gateway.Name}' allows the request but sends no permit.", cancellationToken);
            return;
        }

        switch (PermitCheck.Of(experiment, gateway, permit, manifest))
        {
            case PermitCheck.Good:
                await SaveAsync(
                    experiment,
                    row => row with { Request = RequestStates.Allowed, Reasons = Reasons.Write(view.Reasons), Trouble = null, Attempts = 0 },
                    db => db.Permits.Add(new(experiment.Id, permit, manifest)),
                    cancellationToken);
                break;
            case PermitCheck.Bad bad:
                await GiveUpAsync(experiment, bad.Sentence, cancellationToken);
                await SaveAsync(experiment, row => row with { Request = RequestStates.Denied, Trouble = null }, null, cancellationToken);
                break;
        }
    }

    private async Task GiveUpAsync(Experiment experiment, string sentence, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var trial in await db.Trials.Where(trial => trial.ExperimentId == experiment.Id).Select(trial => trial.Id).ToListAsync(cancellationToken))
        {
            await trials.ApplyAsync(trial, new TrialEvent.GivenUp(BrokerFailures.GatewayStatement, sentence), cancellationToken);
        }
    }

    private Task WaitAsync(Experiment experiment, string trouble, CancellationToken cancellationToken) =>
        SaveAsync(experiment, row => row with { Trouble = trouble, Attempts = row.Attempts + 1, DueAt = Later(experiment) }, null, cancellationToken);

    private DateTimeOffset Later(Experiment experiment) => clock.GetUtcNow() + Setbacks.Pace(clock.GetUtcNow() - experiment.At, poll);

    /// <summary>Writes what was seen, unless the request was handed in again meanwhile; then the next round sees it anew.</summary>
    private async Task SaveAsync(Experiment seen, Func<Experiment, Experiment> change, Action<BrokerDb>? keep, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var row = await db.Experiments.SingleAsync(kept => kept.Id == seen.Id, cancellationToken);
        if (row.Revision != seen.Revision)
        {
            return;
        }

        db.Entry(row).CurrentValues.SetValues(change(row) with { Revision = row.Revision + 1 });
        keep?.Invoke(db);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            return;
        }
    }

    /// <summary>Trials of decided requests leave the waiting room; so do cancelled ones.</summary>
    private async Task ForwardAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var waiting = await (
            from trial in db.Trials
            join experiment in db.Experiments on trial.ExperimentId equals experiment.Id
            where trial.State == TrialState.WaitingApproval
                && (trial.CancelAsked || (experiment.Request != RequestStates.Pending && experiment.Request != ExperimentRequests.Asking))
            select new { Trial = trial.Id, trial.CancelAsked, experiment.Gateway, experiment.Request, experiment.Reasons }).AsNoTracking().ToListAsync(cancellationToken);
        foreach (var one in waiting)
        {
            TrialEvent happened = one.CancelAsked
                ? new TrialEvent.Abandoned()
                : one.Request == RequestStates.Allowed
                    ? new TrialEvent.PermitAllowed()
                    : new TrialEvent.PermitRefused(PermitSentences.Of(one.Gateway, one.Request, Reasons.Read(one.Reasons)));
            await trials.ApplyAsync(one.Trial, happened, cancellationToken);
        }
    }
}
