using Microsoft.EntityFrameworkCore;
using Scanlock.Broker.Scheduling;
using Scanlock.Broker.Storage;

namespace Scanlock.Broker.Experiments;

/// <summary>
/// Writes events into trials. The event is applied to the trial as it stands in the database, and again where another wrote meanwhile,
/// so that none is lost; what belongs to the event is kept in the same transaction.
/// </summary>
internal sealed partial class TrialStore(IDbContextFactory<BrokerDb> databases, Wakeup wakeup, ILogger<TrialStore> logger)
{
    /// <param name="keep">What else to write with it; called anew on each attempt.</param>
    /// <returns>The trial after the event.</returns>
    public async Task<Trial> ApplyAsync(string trial, TrialEvent happened, CancellationToken cancellationToken, Func<BrokerDb, Task>? keep = null)
    {
        while (true)
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            var row = await db.Trials.SingleAsync(kept => kept.Id == trial, cancellationToken);
            var before = row with { };
            var after = TrialMachine.After(before, happened);
            if (keep is not null)
            {
                await keep(db);
            }

            if (after != before)
            {
                db.Entry(row).CurrentValues.SetValues(after with { Revision = before.Revision + 1 });
            }

            try
            {
                await db.SaveChangesAsync(cancellationToken);
            }
            catch (DbUpdateConcurrencyException)
            {
                continue;
            }

            Announce(before, after);
            return after;
        }
    }

    private void Announce(Trial before, Trial after)
    {
        if (after.Trouble is { } trouble && trouble != before.Trouble)
        {
            LogTrouble(logger, after.Id, after.State, trouble);
        }

        if (after.State != before.State)
        {
            LogMoved(logger, after.Id, before.State, after.State, after.Failure ?? "none");
        }

        if (after.State != before.State || after.CancelAsked != before.CancelAsked || after.Job != before.Job || after.ReceiptHeld != before.ReceiptHeld)
        {
            wakeup.Ring();
        }
    }

    /// <summary>Trials of a site in these states whose time has come: those of older experiments first, each in its own order.</summary>
    public async Task<List<Trial>> DueAsync(string site, IReadOnlyCollection<TrialState> states, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Trials.AsNoTracking()
            .Where(trial => trial.Site == site && states.Contains(trial.State) && trial.DueAt <= now)
            .OrderBy(trial => trial.At).ThenBy(trial => trial.ExperimentId).ThenBy(trial => trial.Ordinal)
            .Take(Contracts.Agent.AgentProtocol.MaxItems)
            .ToListAsync(cancellationToken);
    }

    public async Task<bool> AnyAsync(string site, IReadOnlyCollection<TrialState> states, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Trials.AnyAsync(trial => trial.Site == site && states.Contains(trial.State), cancellationToken);
    }

    [LoggerMessage(EventId = 3000, Level = LogLevel.Information, Message = "Trial {Trial} goes from {From} to {To}; failure: {Failure}")]
    private static partial void LogMoved(ILogger logger, string trial, TrialState from, TrialState to, string failure);

    [LoggerMessage(EventId = 3001, Level = LogLevel.Warning, Message = "Trial {Trial} waits in {State}: {Trouble}")]
    private static partial void LogTrouble(ILogger logger, string trial, TrialState state, string trouble);
}
