using Microsoft.EntityFrameworkCore;
using Scanlock.Audit;
using Scanlock.Contracts.Audit;
using Scanlock.Gateway.Storage;
using Scanlock.Policy;

namespace Scanlock.Gateway.Auditing;

/// <summary>
/// At the start, brings log and database together (P7, P9). An entry that is in the log without its effect in the database is
/// completed where completing is the safe side (a revocation, a withdrawal), and otherwise followed by <c>entry.abandoned</c>.
/// </summary>
public sealed partial class AuditRecovery(IDbContextFactory<GatewayDb> databases, AuditLog log, TimeProvider time, ILogger<AuditRecovery> logger)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var cursor = await db.AuditCursor.SingleAsync(cancellationToken);
        var size = log.Head.Size;
        if (size < cursor.Settled)
        {
            throw new AuditLogException($"The log holds {size} entries, but {cursor.Settled} were settled: its files were rolled back. Nothing was changed.");
        }

        var settled = (await db.SettledEntries.Select(row => row.Entry).ToListAsync(cancellationToken)).ToHashSet(StringComparer.Ordinal);
        var unsettled = await FindUnsettledAsync(size, cursor.Settled, settled, cancellationToken);
        foreach (var entry in unsettled)
        {
            if (!await CompleteAsync(db, entry, cancellationToken))
            {
                await log.AppendAsync(Abandonment(entry, "the gateway stopped before it took effect").ToAuditEntry(time.GetUtcNow()), cancellationToken);
            }

            LogRecovered(logger, entry.Act, entry.Id);
        }

        // In one transaction with what was completed, so that a crash here starts the recovery over.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        cursor.Settled = log.Head.Size;
        await db.SaveChangesAsync(cancellationToken);
        await db.SettledEntries.ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    internal static Entry Abandonment(AuditEntry entry, string why) => new(Acts.EntryAbandoned, Actors.Gateway)
    {
        Subjects = new Dictionary<string, string>(StringComparer.Ordinal) { ["entry"] = entry.Id, ["act"] = entry.Act },
        Comment = $"Without effect: {why}.",
    };

    private async Task<List<AuditEntry>> FindUnsettledAsync(long size, long from, HashSet<string> settled, CancellationToken cancellationToken)
    {
        var open = new Dictionary<string, AuditEntry>(StringComparer.Ordinal);
        await foreach (var logged in log.Reader.EntriesAsync(size, from, cancellationToken))
        {
            var entry = LogReader.Read(logged);
            if (entry.Act == Acts.EntryAbandoned)
            {
                open.Remove(entry.Subjects["entry"]);
            }
            else if (!settled.Contains(entry.Id))
            {
                open[entry.Id] = entry;
            }
        }

        return [.. open.Values];
    }

    private static async Task<bool> CompleteAsync(GatewayDb db, AuditEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Decision == Outcome.Deny.Wire())
        {
            // What was refused is never completed, least of all a withdrawal.
            return false;
        }

        switch (entry.Act)
        {
            case Acts.AccessRevoke:
                var request = await db.Requests.SingleAsync(row => row.Id == entry.Subjects["request"], cancellationToken);
                Access.Revocation.Apply(request);
                return true;
            case Acts.DatasetWithdraw:
                var dataset = await db.Datasets.SingleAsync(row => row.Name == entry.Subjects["dataset"], cancellationToken);
                Datasets.Withdrawal.Apply(dataset);
                return true;
            case Acts.TokenRevoke:
                var token = await db.UploadTokens.SingleAsync(row => row.Id == entry.Subjects["token"], cancellationToken);
                token.RevokedAt ??= entry.At;
                return true;
            case Acts.TokenDrop:
                await Datasets.Uploads.TokenDrop.ApplyAsync(db, entry.Subjects["dataset"], entry.Subjects["token"], cancellationToken);
                return true;
            default:
                return false;
        }
    }

    [LoggerMessage(EventId = 2202, Level = LogLevel.Warning, Message = "The entry {EntryId} of act {Act} had no effect yet; it was completed or abandoned")]
    private static partial void LogRecovered(ILogger logger, string act, string entryId);
}
