using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>
/// Sessions of senders who open none, as a PACS does: the gateway opens one at the first object and closes it, with its one entry (P7), when
/// it was idle, when its dataset is sealed or its token's objects are dropped. Objects that come meanwhile go into the next.
/// </summary>
internal sealed class RollingSessions(
    IDbContextFactory<GatewayDb> databases, SessionsUnderWay underWay, AuditedActs acts, TimeProvider time) : IDisposable
{
    /// <summary>A rolling session without an object for so long is closed; what comes later opens another.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(5);

    /// <summary>Likewise one that a client opened and may still mean to go on with.</summary>
    public static readonly TimeSpan LeftOpen = TimeSpan.FromHours(1);

    /// <summary>How long to wait for objects that are on their way: a large one takes its time.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _opening = new(1);

    /// <summary>Begins an object: the session it is for, and its ordinal there.</summary>
    public async Task<Outcome<SessionsUnderWay.ObjectUnderWay>> BeginAsync(Sender sender, CancellationToken cancellationToken)
    {
        if (underWay.TryBegin(sender, out var begun))
        {
            return begun;
        }

        await _opening.WaitAsync(cancellationToken);
        try
        {
            while (!underWay.TryBegin(sender, out begun))
            {
                if (await OpenAsync(sender, cancellationToken) is { } refusal)
                {
                    return refusal;
                }
            }

            return begun;
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Lets the sessions of a dataset, or of one of its tokens, run dry. False where objects are still on their way after a while.</summary>
    public async Task<bool> RunDryAsync(string dataset, string? token, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var open = await db.Uploads
            .Where(row => row.Dataset == dataset && row.Rolling && row.ClosedAt == null && (token == null || row.Token == token))
            .Select(row => row.Id).ToListAsync(cancellationToken);
        var began = time.GetTimestamp();
        while (!open.TrueForAll(underWay.Retire))
        {
            if (time.GetElapsedTime(began) > s_patience)
            {
                return false;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        }

        return true;
    }

    /// <summary>Closes every session that was idle for long, each with its entry. One whose last closing came to nothing can go on first.</summary>
    public async Task CloseIdleAsync(CancellationToken cancellationToken)
    {
        await acts.PerformAsync(
            (_, _) =>
            {
                underWay.ForgetRetired();
                return Task.FromResult(Decided.Nothing(default(Done)));
            },
            cancellationToken);
        await acts.PerformAsync(
            async (db, token) =>
            {
                var now = time.GetUtcNow();
                var (rolling, leftOpen) = (now - Idle, now - LeftOpen);
                var entries = new List<Entry>();
                foreach (var upload in await db.Uploads
                    .Where(row => row.ClosedAt == null && row.ActiveAt < (row.Rolling ? rolling : leftOpen)).ToListAsync(token))
                {
                    if (underWay.Retire(upload.Id))
                    {
                        entries.Add(await UploadSessions.CloseAsync(db, upload, Actors.Gateway, now, token));
                    }
                }

                return new Decided<Done>(default, entries);
            },
            cancellationToken);
    }

    public void Dispose() => _opening.Dispose();

    private async Task<Refusal?> OpenAsync(Sender sender, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var upload = sender.Named is null
            ? await OwnAsync(db, sender, cancellationToken)
            : await db.Uploads.SingleOrDefaultAsync(row => row.Id == sender.Named && row.Dataset == sender.Dataset, cancellationToken);
        if (upload is null)
        {
            return new Refusal.Unknown($"The dataset '{sender.Dataset}' has no upload '{DatasetLookup.Shown(sender.Named!)}'.");
        }

        if (upload.ClosedAt is not null || underWay.IsRetired(upload.Id))
        {
            return new Refusal.Conflict($"Upload {upload.Id} of '{sender.Dataset}' is closed.");
        }

        var last = await db.UploadObjects.Where(row => row.Upload == upload.Id).MaxAsync(row => (int?)row.Ordinal, cancellationToken);
        underWay.Open(sender, upload.Id, (last ?? -1) + 1);
        return null;
    }

    private async Task<UploadRow> OwnAsync(GatewayDb db, Sender sender, CancellationToken cancellationToken)
    {
        var open = await db.Uploads
            .Where(row => row.Dataset == sender.Dataset && row.Actor == sender.Actor && row.Rolling && row.ClosedAt == null)
            .ToListAsync(cancellationToken);
        if (open.Find(row => !underWay.IsRetired(row.Id)) is { } own)
        {
            return own;
        }

        var now = time.GetUtcNow();
        var upload = new UploadRow
        {
            Id = Guid.NewGuid().ToString(), Dataset = sender.Dataset, Actor = sender.Actor, OpenedAt = now, ActiveAt = now, Rolling = true, Token = sender.Token,
        };
        db.Uploads.Add(upload);
        await db.SaveChangesAsync(cancellationToken);
        return upload;
    }
}

/// <summary>Closes idle sessions while the gateway runs, so that the log need not wait for a sealing.</summary>
internal sealed partial class IdleSessionClosing(RollingSessions sessions, ILogger<IdleSessionClosing> logger) : BackgroundService
{
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await CloseNowAndThenAsync(stoppingToken);
        }
        catch (Exception e) when (stoppingToken.IsCancellationRequested && (e is OperationCanceledException or ObjectDisposedException))
        {
            // A host that ends without waiting, or waited in vain for a sender, takes away what is needed here and would call it a fault.
            return;
        }
    }

    private async Task CloseNowAndThenAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_between);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await sessions.CloseIdleAsync(stoppingToken);
            }
            catch (Exception e) when (e is AuditUnavailableException or DbException or DbUpdateException)
            {
                // They stay open, and the next round tries again; nothing of this is a reason to stop the gateway.
                LogNotClosed(logger, e);
            }
        }
    }

    [LoggerMessage(EventId = 2210, Level = LogLevel.Warning, Message = "Idle upload sessions could not be closed")]
    private static partial void LogNotClosed(ILogger logger, Exception exception);
}
