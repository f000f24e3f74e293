using Microsoft.EntityFrameworkCore;
using Scanlock.Broker.Experiments;
using Scanlock.Broker.Searches;
using Scanlock.Broker.Sites;
using Scanlock.Broker.Storage;

namespace Scanlock.Broker.Scheduling;

/// <summary>
/// Advances every live trial, one step at a time. Each lane is a loop of its own over what the database says is due, so lanes never wait
/// for each other, no two of them move the same trial, and a start after a kill is like any other round.
/// </summary>
internal sealed class Scheduler(
    IDbContextFactory<BrokerDb> databases, SiteDirectory sites, TrialStore trials, PermitLane permits, ResultLane results, SearchLane searches,
    Func<SiteSettings, SiteLanes> lanes, Wakeup wakeup, TimeSpan poll, TimeProvider clock) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await TellHomelessAsync(stoppingToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var bySite = sites.All.Select(lanes).ToList();
        var loops = bySite.SelectMany(site => new[] { site.Control.RoundAsync, site.Staging.RoundAsync, site.Collecting.RoundAsync })
            .Append(permits.RoundAsync)
            .Append(results.RoundAsync)
            .Append(searches.RoundAsync)
            .Select(round => LoopAsync(round, stop.Token))
            .ToList();
        try
        {
            // A loop ends only by a bug or a broken disk: then the host stops, and the next start carries on.
            await await Task.WhenAny(loops);
        }
        finally
        {
            // The first to end is the one that tells.
            await stop.CancelAsync();
            await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var site in bySite)
            {
                await site.Connection.DisposeAsync();
            }
        }
    }

    private async Task LoopAsync(Func<CancellationToken, Task> round, CancellationToken cancellationToken)
    {
        while (true)
        {
            var next = wakeup.Next;
            await round(cancellationToken);
            await wakeup.WaitAsync(next, poll, cancellationToken);
        }
    }

    /// <summary>Trials of sites that left the configuration wait, and say so.</summary>
    private async Task TellHomelessAsync(CancellationToken cancellationToken)
    {
        var known = sites.All.Select(site => site.Name).ToList();
        TrialState[] ended = [TrialState.Finished, TrialState.Failed, TrialState.Refused, TrialState.Cancelled, TrialState.Stopped];
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var trial in await db.Trials.AsNoTracking().Where(trial => !known.Contains(trial.Site) && !ended.Contains(trial.State)).ToListAsync(cancellationToken))
        {
            var sentence = $"The site '{trial.Site}' is not in this broker's configuration any more.";
            await trials.ApplyAsync(trial.Id, Setbacks.Later(trial, sentence, clock.GetUtcNow()), cancellationToken);
        }
    }
}

/// <summary>The lanes of one site.</summary>
internal sealed record SiteLanes(SiteConnection Connection, ControlLane Control, StagingLane Staging, CollectingLane Collecting);
