using Microsoft.EntityFrameworkCore;
using Scanlock.Audit;
using Scanlock.Contracts.Audit;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Auditing;

/// <summary>What a decision comes to: an answer, and the entries that must be in the log before anything of it can be seen.</summary>
internal sealed record Decided<T>(T Answer, IReadOnlyList<Entry> Entries)
{
    /// <summary>The same was asked and answered before, and is in the log since then.</summary>
    public bool IsRepetition { get; init; }

    /// <summary>The entries tell of a refusal: no row that was touched on the way to it is saved.</summary>
    public bool ChangesNothing { get; init; }

    /// <summary>Writes, in the transaction that saves what was decided, rows that are too many to be held and followed at once.</summary>
    public Func<GatewayDb, CancellationToken, Task>? Write { get; init; }
}

internal static class Decided
{
    /// <summary>Nothing happened that is for the record, but what a refused <see cref="Attempt"/> leaves there.</summary>
    public static Decided<T> Nothing<T>(T answer) => new(answer, []);

    public static Decided<T> Repeated<T>(T answer) => new(answer, []) { IsRepetition = true };

    public static Decided<T> As<T>(T answer, params Entry[] entries) => new(answer, entries);
}

/// <summary>The log cannot be written, so nothing that needs it can be done (P7).</summary>
public sealed class AuditUnavailableException : Exception
{
    public AuditUnavailableException() { }
    public AuditUnavailableException(string message) : base(message) { }
    public AuditUnavailableException(string message, Exception innerException) : base(message, innerException) { }
}

/// <summary>
/// The one way to act (P7). Acts run one after another, each:
/// <list type="number">
/// <item>decides, on a fresh view of the database, and changes rows in memory only;</item>
/// <item>appends its entries to the log, durably; if that fails, nothing is saved and the act fails;</item>
/// <item>saves the rows, and with them the ids of the entries, in one transaction;</item>
/// <item>where saving fails, appends <c>entry.abandoned</c>; where the process dies before, the next start does (<see cref="AuditRecovery"/>).</item>
/// </list>
/// </summary>
public sealed partial class AuditedActs(
    IDbContextFactory<GatewayDb> databases, AuditLog log, TimeProvider time, ILogger<AuditedActs> logger) : IDisposable
{
    private readonly SemaphoreSlim _oneAtATime = new(1);

    /// <exception cref="AuditUnavailableException">The log cannot be written; nothing was done.</exception>
    internal async Task<T> PerformAsync<T>(Func<GatewayDb, CancellationToken, Task<Decided<T>>> decide, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            var decided = await decide(db, cancellationToken);
            if (decided.ChangesNothing)
            {
                db.ChangeTracker.Clear();
            }

            if (decided.Entries.Count > 0)
            {
                // From here on a caller who goes away stops nothing: what is in the log is also done.
                await LogAndSaveAsync(db, decided.Entries, decided.Write, CancellationToken.None);
            }

            return decided.Answer;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>Likewise; a refusal is in the log too before anybody hears of it.</summary>
    /// <exception cref="AuditUnavailableException">The log cannot be written; nothing was done.</exception>
    internal Task<Outcome<T>> PerformAsync<T>(
        Attempt attempt, Func<GatewayDb, CancellationToken, Task<Decided<Outcome<T>>>> decide, CancellationToken cancellationToken)
        where T : notnull => PerformAsync(async (db, token) => attempt.OnRecord(await decide(db, token)), cancellationToken);

    /// <summary>Refuses what needed no look at the database, on record.</summary>
    /// <exception cref="AuditUnavailableException">The log cannot be written.</exception>
    internal Task<Outcome<T>> RefuseAsync<T>(Attempt attempt, Refusal refusal, CancellationToken cancellationToken)
        where T : notnull => PerformAsync(attempt, (_, _) => Task.FromResult(Decided.Nothing<Outcome<T>>(refusal)), cancellationToken);

    private async Task LogAndSaveAsync(
        GatewayDb db, IReadOnlyList<Entry> entries, Func<GatewayDb, CancellationToken, Task>? write, CancellationToken cancellationToken)
    {
        var appended = new List<AuditEntry>();
        try
        {
            foreach (var entry in entries)
            {
                var next = entry.ToAuditEntry(time.GetUtcNow());
                await AppendAsync(next, cancellationToken);
                appended.Add(next);
            }

            db.SettledEntries.AddRange(appended.Select(entry => new SettledEntryRow { Entry = entry.Id }));
            await SaveAsync(db, write, cancellationToken);
        }
        catch (Exception) when (appended.Count > 0)
        {
            await AbandonAsync(appended, cancellationToken);
            throw;
        }
    }

    private static async Task SaveAsync(GatewayDb db, Func<GatewayDb, CancellationToken, Task>? write, CancellationToken cancellationToken)
    {
        if (write is null)
        {
            await db.SaveChangesAsync(cancellationToken);
            return;
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        db.ChangeTracker.Clear();
        await write(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task AppendAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            await log.AppendAsync(entry, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or AuditLogException)
        {
            LogUnwritable(logger, e, entry.Act);
            throw new AuditUnavailableException("The audit log cannot be written, so nothing was done.", e);
        }
    }

    private async Task AbandonAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var entry in entries)
            {
                await log.AppendAsync(AuditRecovery.Abandonment(entry, "the database could not be written").ToAuditEntry(time.GetUtcNow()), cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or AuditLogException)
        {
            // The next start finds these entries unsettled and abandons them then.
            LogUnwritable(logger, e, Acts.EntryAbandoned);
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    [LoggerMessage(EventId = 2201, Level = LogLevel.Critical, Message = "The audit log cannot be written; the act {Act} was not done")]
    private static partial void LogUnwritable(ILogger logger, Exception exception, string act);
}
