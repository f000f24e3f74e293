using Scanlock.Broker.Experiments;
using Scanlock.Broker.Sites;

namespace Scanlock.Broker.Scheduling;

/// <summary>
/// Moves a site's trials through everything that is short: handing in, watching, cancelling, purging. Nothing here may take long, since
/// leases are carried here; so a round hands in some jobs only, and bulk data goes over other lanes.
/// </summary>
internal sealed class ControlLane(SiteSettings site, SiteConnection connection, TrialStore trials, Submitting submitting, Watching watching, Purging purging, TimeProvider clock)
{
    private const int MaxSubmitted = 50;
    private static readonly TrialState[] s_submitting = [TrialState.Submitting];
    private static readonly TrialState[] s_atSite = [TrialState.Queued, TrialState.Running];
    private static readonly TrialState[] s_purging = [TrialState.Purging];

    public async Task RoundAsync(CancellationToken cancellationToken)
    {
        var down = await EachAsync(await DueAsync(s_atSite, cancellationToken), null, WatchAsync, cancellationToken);
        var toSubmit = await DueAsync(s_submitting, cancellationToken);
        down = await EachAsync([.. toSubmit.Take(MaxSubmitted)], down, (some, stop) => OneByOneAsync(some, submitting.StepAsync, stop), cancellationToken);
        down = await EachAsync([.. (await DueAsync(s_purging, cancellationToken)).Take(MaxSubmitted)], down, (some, stop) => OneByOneAsync(some, purging.StepAsync, stop), cancellationToken);
        if (down is null && toSubmit.Count == 0 && !await AnyAtSiteAsync(cancellationToken))
        {
            await connection.DisposeAsync();
        }
    }

    private Task<List<Trial>> DueAsync(TrialState[] states, CancellationToken cancellationToken) =>
        trials.DueAsync(site.Name, states, clock.GetUtcNow(), cancellationToken);

    private async Task<bool> AnyAtSiteAsync(CancellationToken cancellationToken) =>
        await trials.AnyAsync(site.Name, [.. s_atSite, .. s_submitting, .. s_purging], cancellationToken);

    /// <summary>Does something with trials unless the site is known to be away; if it is, or turns out to be, that is their setback.</summary>
    /// <returns>Why the site is away, or null.</returns>
    private async Task<SiteProblem?> EachAsync(
        List<Trial> due, SiteProblem? down, Func<List<Trial>, CancellationToken, Task<SiteProblem?>> step, CancellationToken cancellationToken)
    {
        if (due.Count == 0)
        {
            return down;
        }

        down ??= await step(due, cancellationToken);
        if (down is not null)
        {
            foreach (var trial in due)
            {
                await trials.ApplyAsync(trial.Id, Setbacks.Of(trial, down, clock.GetUtcNow()), cancellationToken);
            }
        }

        return down;
    }

    private async Task<SiteProblem?> WatchAsync(List<Trial> due, CancellationToken cancellationToken) =>
        await OneByOneAsync([.. due.Where(trial => TrialMachine.Next(trial) is TrialStep.CancelAtSite)], submitting.StepAsync, cancellationToken)
            ?? await watching.RoundAsync(connection, due, cancellationToken);

    private async Task<SiteProblem?> OneByOneAsync(
        List<Trial> some, Func<SiteConnection, Trial, CancellationToken, Task<SiteProblem?>> step, CancellationToken cancellationToken)
    {
        foreach (var trial in some)
        {
            if (await step(connection, trial, cancellationToken) is { } down)
            {
                return down;
            }
        }

        return null;
    }
}
