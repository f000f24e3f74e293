using Scanlock.Broker.Experiments;
using Scanlock.Broker.Gateways;
using Scanlock.Broker.Sites;
using Scanlock.Broker.Staging;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Broker.Scheduling;

/// <summary>Moves a site's trials through staging, one after the other, over connections of its own: hours of it hold up nothing else.</summary>
internal sealed class StagingLane(SiteSettings site, SiteDirectory sites, TrialStore trials, Papers papers, GatewayClient gateways, Stager stager, TimeProvider clock)
{
    private static readonly TrialState[] s_states = [TrialState.Staging];

    public async Task RoundAsync(CancellationToken cancellationToken)
    {
        var due = await trials.DueAsync(site.Name, s_states, clock.GetUtcNow(), cancellationToken);
        if (due.Count == 0)
        {
            return;
        }

        var connections = Enumerable.Range(0, site.Connections).Select(_ => sites.Connect(site)).ToList();
        try
        {
            SiteProblem? down = null;
            foreach (var trial in due)
            {
                if (TrialMachine.Next(trial) is TrialStep.Abandon)
                {
                    await trials.ApplyAsync(trial.Id, new TrialEvent.Abandoned(), cancellationToken);
                    continue;
                }

                var (end, latest) = down is null ? await StageAsync(trial, connections, cancellationToken) : (new StagingEnd.SiteDown(down), trial);
                down ??= (end as StagingEnd.SiteDown)?.Problem;
                if (Setbacks.Of(latest, end, clock.GetUtcNow()) is { } happened)
                {
                    await trials.ApplyAsync(trial.Id, happened, cancellationToken);
                }
            }
        }
        finally
        {
            foreach (var connection in connections)
            {
                await connection.DisposeAsync();
            }
        }
    }

    /// <returns>How it ended, and the trial as it was last seen.</returns>
    private async Task<(StagingEnd End, Trial Latest)> StageAsync(Trial trial, IReadOnlyList<SiteConnection> connections, CancellationToken cancellationToken)
    {
        var (allowed, problem) = await papers.AllowedAsync(trial.ExperimentId, cancellationToken);
        if (allowed is null)
        {
            return (new StagingEnd.Trouble(problem!), trial);
        }

        if (await RefusalAsync(allowed, cancellationToken) is { } refused)
        {
            return (refused, trial);
        }

        var latest = trial;
        var known = trial.StagingTotal > 0 ? new StagingCount(trial.StagingTotal, trial.StagingSent, trial.StagingShared) : null;
        var order = new StagingOrder(allowed.Gateway, allowed.Experiment.RequestId, allowed.Permit.Manifest.Value, known);
        return (await stager.StageAsync(order, connections, WatchAsync, cancellationToken), latest);

        async Task<bool> WatchAsync(StagingCount count, CancellationToken stop)
        {
            latest = await trials.ApplyAsync(trial.Id, new TrialEvent.StagingAt(count.Total, count.Sent, count.Shared), stop);
            return latest is { State: TrialState.Staging, CancelAsked: false };
        }
    }

    /// <summary>Why nothing is to be staged any more: the permit was revoked or ran out while the trial waited. Null where it stands.</summary>
    private async Task<StagingEnd?> RefusalAsync(AllowedExperiment allowed, CancellationToken cancellationToken) =>
        await gateways.PermitAsync(allowed.Gateway, allowed.Experiment.RequestId, cancellationToken) switch
        {
            GatewayReply<PermitView>.Got({ State: RequestStates.Allowed }) => null,
            GatewayReply<PermitView>.Got(var view) => new StagingEnd.PermitRefused(PermitSentences.Of(allowed.Gateway.Name, view.State, view.Reasons)),
            GatewayReply<PermitView>.Refused refused => new StagingEnd.Trouble(refused.Explanation),
            GatewayReply<PermitView>.Unavailable unavailable => new StagingEnd.Trouble(unavailable.Sentence),
            _ => throw new InvalidOperationException("No such reply."),
        };
}
