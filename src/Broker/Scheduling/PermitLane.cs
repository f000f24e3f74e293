using Microsoft.EntityFrameworkCore;
using Scanlock.Broker.Experiments;
using Scanlock.Broker.Gateways;
using Scanlock.Broker.Storage;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Broker.Scheduling;

/// <summary>Asks the gateways how the open requests stand, and sends the trials of decided ones on their way.</summary>
internal sealed class PermitLane(
    IDbContextFactory<BrokerDb> databases, TrialStore trials, Reuse reuse, GatewayDirectory gateways, GatewayClient client, TimeSpan poll, TimeProvider clock)
{
    /// <summary>A request that is being handed in is left alone this long: whoever hands it in hears of it first.</summary>
    private static readonly TimeSpan s_handingIn = TimeSpan.FromMinutes(2);
    private const int MaxAtOnce = 1000;

    /// <summary>How long a trial waits before it looks again whether its twin has ended.</summary>
    private static readonly TimeSpan s_twinRuns = TimeSpan.FromSeconds(10);

    public async Task RoundAsync(CancellationToken cancellationToken)
    {
        foreach (var group in (await OpenAsync(cancellationToken)).GroupBy(request => request.Gateway))
        {
            var down = false;
            foreach (var request in group)
            {
                // A gateway that does not answer is asked once a round, not once for each of its requests.
                down = down || !await LookAsync(request, cancellationToken);
            }
        }

        await ForwardAsync(cancellationToken);
    }

    private async Task<List<PermitRequest>> OpenAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var handedIn = now - s_handingIn;
        return await db.Requests.AsNoTracking()
            .Where(request => request.DueAt <= now
                && (request.State == RequestStates.Pending || (request.State == PermitRequest.Asking && request.At < handedIn)))
            .OrderBy(request => request.DueAt)
            .Take(MaxAtOnce)
            .ToListAsync(cancellationToken);
    }

    /// <summary>False where the gateway does not answer.</summary>
    private async Task<bool> LookAsync(PermitRequest request, CancellationToken cancellationToken)
    {
        if (gateways.Find(request.Gateway) is not { } gateway)
        {
            await WaitAsync(request, $"The gateway '{request.Gateway}' is not in this broker's configuration any more.", cancellationToken);
            return true;
        }

        switch (await client.PermitAsync(gateway, request.Id, cancellationToken))
        {
            case GatewayReply<PermitView>.Got({ State: RequestStates.Allowed } view):
                await AllowAsync(request, gateway, view, cancellationToken);
                return true;
            case GatewayReply<PermitView>.Got(var view):
                await SaveAsync(request, row => row with { State = view.State, Reasons = Reasons.Write(view.Reasons), Trouble = null, Attempts = 0, DueAt = Later(request) }, null, cancellationToken);
                return true;
            case GatewayReply<PermitView>.Refused { Status: StatusCodes.Status404NotFound }:
                await WaitAsync(request, $"The gateway '{gateway.Name}' has no such request: it was not asked before the broker stopped. Hand the experiment in again, with the same id.", cancellationToken);
                return true;
            case GatewayReply<PermitView>.Refused refused:
                await WaitAsync(request, refused.Explanation, cancellationToken);
                return true;
            case GatewayReply<PermitView>.Unavailable unavailable:
                await WaitAsync(request, unavailable.Sentence, cancellationToken);
                return false;
            default:
                throw new InvalidOperationException("No such reply.");
        }
    }

    private async Task AllowAsync(PermitRequest request, Gateway gateway, PermitView view, CancellationToken cancellationToken)
    {
        if (view is not { Permit: { } permit, Manifest: { } manifest })
        {
            await WaitAsync(request, $"The gateway '{gateway.Name}' allows the request but sends no permit.", cancellationToken);
            return;
        }

        switch (PermitCheck.Of(request, gateway, permit, manifest))
        {
            case PermitCheck.Good:
                await SaveAsync(
                    request,
                    row => row with { State = RequestStates.Allowed, Reasons = Reasons.Write(view.Reasons), Trouble = null, Attempts = 0 },
                    db => db.Permits.Add(new(request.Id, permit, manifest)),
                    cancellationToken);
                break;
            case PermitCheck.Bad bad:
                await GiveUpAsync(request, bad.Sentence, cancellationToken);
                await SaveAsync(request, row => row with { State = RequestStates.Denied, Trouble = null }, null, cancellationToken);
                break;
        }
    }

    private async Task GiveUpAsync(PermitRequest request, string sentence, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var under = db.Experiments.Where(experiment => experiment.RequestId == request.Id).Select(experiment => experiment.Id);
        foreach (var trial in await db.Trials.Where(trial => under.Contains(trial.ExperimentId)).Select(trial => trial.Id).ToListAsync(cancellationToken))
        {
            await trials.ApplyAsync(trial, new TrialEvent.GivenUp(BrokerFailures.GatewayStatement, sentence), cancellationToken);
        }
    }

    private Task WaitAsync(PermitRequest request, string trouble, CancellationToken cancellationToken) =>
        SaveAsync(request, row => row with { Trouble = trouble, Attempts = row.Attempts + 1, DueAt = Later(request) }, null, cancellationToken);

    private DateTimeOffset Later(PermitRequest request) => clock.GetUtcNow() + Setbacks.Pace(clock.GetUtcNow() - request.At, poll);

    /// <summary>Writes what was seen, unless the request was handed in again meanwhile; then the next round sees it anew.</summary>
    private async Task SaveAsync(PermitRequest seen, Func<PermitRequest, PermitRequest> change, Action<BrokerDb>? keep, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var row = await db.Requests.SingleAsync(kept => kept.Id == seen.Id, cancellationToken);
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
        var now = clock.GetUtcNow();
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var waiting = await (
            from trial in db.Trials
            join experiment in db.Experiments on trial.ExperimentId equals experiment.Id
            join request in db.Requests on experiment.RequestId equals request.Id
            where trial.State == TrialState.WaitingApproval && trial.DueAt <= now
                && (trial.CancelAsked || (request.State != RequestStates.Pending && request.State != PermitRequest.Asking))
            select new { Trial = trial.Id, trial.CancelAsked, request.Gateway, request.State, request.Reasons }).AsNoTracking().ToListAsync(cancellationToken);
        foreach (var one in waiting)
        {
            TrialEvent happened = one.CancelAsked
                ? new TrialEvent.Abandoned()
                : one.State == RequestStates.Allowed
                    ? await reuse.OfAsync(one.Trial, now + s_twinRuns, cancellationToken) ?? new TrialEvent.PermitAllowed()
                    : new TrialEvent.PermitRefused(PermitSentences.Of(one.Gateway, one.State, Reasons.Read(one.Reasons)));
            await trials.ApplyAsync(one.Trial, happened, cancellationToken, db => happened is TrialEvent.Reused reused
                ? Papers.CopyMetricsAsync(db, reused.From, one.Trial, cancellationToken)
                : Task.CompletedTask);
        }
    }
}
